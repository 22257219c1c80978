import { describe, expect, it } from 'vitest';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import { at, days, GOLD, gold, onlyJob, plan, provider, SPY, stored, told, wanted, weekdays } from './fixtures.ts';

const JUNE = weekdays('2024-06-03', '2024-06-28');

describe('a series that has a provider', () => {
  const known = stored([days('2024-06-01', '2024-06-30')], JUNE, 'b');

  it('stays with it, though another is preferred', () => {
    const job = onlyJob(
      plan([wanted(days('2024-06-01', '2024-07-11'))], known, { providers: [provider('a'), provider('b')] }),
    );
    expect(job.provider).toBe('b');
  });

  it('is not served by others when its own is not listed', () => {
    const entry = wanted(days('2024-06-01', '2024-07-11'));
    const [settled] = plan([entry], known).settled;
    expect(settled).toMatchObject({ outcome: 'failed', error: { code: 'bound-elsewhere' } });
  });

  it('stays with it, though the settings list only another', () => {
    const entry = wanted(days('2024-06-01', '2024-07-11'));
    expect(onlyJob(plan([entry], known, { others: [provider('c'), provider('b')] })).provider).toBe('b');
    expect(onlyJob(plan([entry], NOTHING_STORED, { others: [provider('b')] })).provider).toBe('a');
  });

  it('is left out, in one line, by a -p that names another; named itself it waits, with the ways out', () => {
    const entries = [
      wanted(days('2024-06-01', '2024-07-11')),
      wanted(days('2024-06-01', '2024-07-11'), { instrument: GOLD }),
    ];
    const restricted = { restricted: true };
    const left = plan(entries, known, restricted);
    expect(left).toMatchObject({ jobs: [], settled: [] });
    expect(left.notices).toEqual(['2 series left out by -p a: they are bound to b']);
    const named = plan(entries.slice(0, 1), known, { ...restricted, named: true });
    expect(named.notices).toEqual([]);
    expect(named.settled).toMatchObject([{ outcome: 'failed', error: { code: 'bound-elsewhere' } }]);
    const [settled] = named.settled;
    expect(settled?.outcome === 'failed' ? settled.error.message : '').toMatch(
      /bound to b.*vortex series move SPY --to/,
    );
    expect(plan(entries, known, { ...restricted, mix: true }).jobs).toEqual([]);
  });

  it('costs nothing to have all of it, whoever is asked', () => {
    const all = stored([days('2024-06-01', '2024-07-10')], JUNE, 'b');
    const named = plan([wanted(days('2024-06-01', '2024-07-10'))], all, { restricted: true, named: true });
    expect(named.settled).toMatchObject([{ outcome: 'unchanged' }]);
  });

  it('is free again when it has no bars', () => {
    const empty = { ...stored([], []), provider: 'b' };
    expect(onlyJob(plan([wanted(days('2024-06-01', '2024-07-11'))], empty)).provider).toBe('a');
  });
});

describe('a provider is passed over', () => {
  it.each([
    ['that has not the class', provider('a', { assetClasses: ['forex'] }), 'a has no stock'],
    ['that has not the period', provider('a', { periods: { '1h': {} } }), 'a has no 1d bars'],
    ['that has no name for it', { ...provider('a'), symbolFor: () => undefined }, 'a has no name for SPY'],
  ])('%s, with the reason', (_, poor, reason) => {
    const entry = wanted(days('2024-06-01', '2024-07-11'), { named: false });
    expect(plan([entry], NOTHING_STORED, { providers: [poor] }).settled).toMatchObject([
      { outcome: 'unservable', reason },
    ]);
    expect(onlyJob(plan([entry], NOTHING_STORED, { providers: [poor, provider('b')] })).provider).toBe('b');
  });
});

describe('one series wanted twice', () => {
  const april = gold(2024, 4);
  const byCycle = wanted(days('2024-03-01', '2024-04-30'), {
    instrument: GOLD,
    contract: april,
    named: false,
    suggested: true,
  });
  const byName = wanted(days('2024-01-15', '2024-04-10'), { instrument: GOLD, contract: april });
  const expired = [provider('a', { expiredContractDays: 0 })];

  it('is one job for all that either wants, and named when one named it', () => {
    for (const entries of [
      [byCycle, byName],
      [byName, byCycle],
    ]) {
      const job = onlyJob(plan(entries));
      expect(told(job.requests)).toEqual(['2024-01-15 2024-04-30']);
      expect(job.suggested).toBe(false);
      expect(plan(entries, NOTHING_STORED, { providers: expired }).settled).toMatchObject([{ outcome: 'failed' }]);
    }
  });

  it('an empty wish adds nothing', () => {
    const nothing = wanted({ from: at('2020-01-01'), to: at('2020-01-01') }, { instrument: GOLD, contract: april });
    expect(told(onlyJob(plan([nothing, byCycle])).requests)).toEqual(['2024-03-01 2024-04-30']);
  });

  it('two names that differ only in capitals are refused, since they would share a file', () => {
    const entries = ['Spy', 'SPY'].map((id) =>
      wanted(days('2024-06-01', '2024-06-30'), { instrument: { ...SPY, id } }),
    );
    expect(() => plan(entries)).toThrow(/stocks\/1d\/SPY and stocks\/1d\/Spy differ only in capitals/);
  });
});
