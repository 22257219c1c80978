import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvRows, identities, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { readReport, resultOf } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

/** A folder and a sandbox in which SPY is downloaded again and again as time goes by. */
async function history(firstNow: string) {
  const cwd = temporaryFolder();
  const sandbox = await standIn(firstNow);
  const csv = join(cwd, 'data/stocks/1d/SPY.csv');
  const wish = ['SPY', '--start', '2024-05-01', '-p', 'yahoo', '--json'];
  const command = (name: string, now: string) => vortex([name, ...wish, '--now', now], { cwd, env: sandbox.env });
  return {
    sandbox,
    data: join(cwd, 'data'),
    dates: () => csvRows(csv).map((row) => row['Datetime'] ?? ''),
    lines: () => readFileSync(csv, 'utf8').trimEnd().split('\n'),
    plan: async (now: string) => (await command('plan', now)).stdout,
    async update(now: string): Promise<{ code: number | null; report: Report; spy: Report['results'][number] }> {
      await sandbox.change({ now });
      const { code, stdout } = await command('download', now);
      const report = readReport(stdout);
      return { code, report, spy: resultOf(report, 'stocks/1d/SPY') };
    },
  };
}

describe('bars that are not finished', () => {
  it('the day whose session is open is not stored; fifteen minutes after the close it is', async () => {
    // Tuesday, 2 July 2024: New York is open from 13:30 to 20:00 UTC.
    const spy = await history('2024-07-02T15:00:00Z');
    for (const now of ['2024-07-02T15:00:00Z', '2024-07-02T19:59:00Z', '2024-07-02T20:14:59Z']) {
      expect((await spy.update(now)).code).toBe(0);
      expect(spy.dates().at(-1)).toBe('2024-07-01');
    }
    expect((await spy.update('2024-07-02T20:15:00Z')).spy.added).toBe(1);
    expect(spy.dates().at(-1)).toBe('2024-07-02');
    const truth = await spy.sandbox.truth('stock/SPY?period=1d&from=2024-05-01&to=2024-07-03');
    const closes = csvRows(join(spy.data, 'stocks/1d/SPY.csv')).map((row) => Number(row['Close']));
    expect(closes).toEqual(truth.map((bar) => bar.close));
  });

  it('bitcoin on a Sunday is finished at midnight UTC and a quarter of an hour', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn('2024-07-07T12:00:00Z');
    const last = async (now: string): Promise<string | null> => {
      await sandbox.change({ now });
      const { stdout } = await vortex(['download', 'BTC-USD', '--start', '2024-07-01', '--json', '--now', now], {
        cwd,
        env: sandbox.env,
      });
      return resultOf(readReport(stdout), 'stocks/1d/BTC-USD').last;
    };
    expect(await last('2024-07-07T12:00:00Z')).toBe('2024-07-06');
    expect(await last('2024-07-08T00:14:00Z')).toBe('2024-07-06');
    expect(await last('2024-07-08T00:15:00Z')).toBe('2024-07-07');
  });

  it('an hour that is going is not stored', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn('2024-07-02T15:45:00Z');
    const args = [
      'download',
      'SPY',
      '--period',
      '1h',
      '--start',
      '2024-07-01',
      '--json',
      '--now',
      '2024-07-02T15:45:00Z',
    ];
    const { code, stdout } = await vortex(args, { cwd, env: sandbox.env });
    expect(code).toBe(0);
    // The bars of Yahoo begin at half past: that of 14:30 is finished at 15:30, that of 15:30 is going.
    expect(resultOf(readReport(stdout), 'stocks/1h/SPY')).toMatchObject({
      first: '2024-07-01T13:30:00Z',
      last: '2024-07-02T14:30:00Z',
    });
    const truth = await sandbox.truth('stock/SPY?period=1h&from=2024-07-01T00:00:00Z&to=2024-07-03T00:00:00Z');
    expect(csvRows(join(cwd, 'data/stocks/1h/SPY.csv')).map((row) => row['Datetime'])).toEqual(
      truth.map((bar) => bar.time),
    );
  });
});

describe('an update', () => {
  it('after a day was missed asks from five bars before the end, adds what is new and leaves the rest as it was', async () => {
    const spy = await history('2024-07-01T22:00:00Z');
    expect((await spy.update('2024-07-01T22:00:00Z')).code).toBe(0);
    const before = spy.lines();
    expect(before.at(-1)).toMatch(/^2024-07-01,/);
    // 25, 26, 27, 28 June and 1 July are the five last bars.
    expect(await spy.plan('2024-07-03T22:00:00Z')).toContain('"from":"2024-06-25","to":"2024-07-03","reason":"update"');

    const requests = await spy.sandbox.requests();
    const { code, spy: result } = await spy.update('2024-07-03T22:00:00Z');
    expect(code).toBe(0);
    expect(result).toMatchObject({ outcome: 'updated', added: 2, revised: 0, last: '2024-07-03' });
    expect((await spy.sandbox.requests()) - requests).toBe(1);
    expect(spy.lines().slice(0, before.length)).toEqual(before);
    expect(spy.dates().slice(before.length - 1)).toEqual(['2024-07-02', '2024-07-03']);
  });

  it('over a holiday and a weekend neither adds nor asks for anything twice', async () => {
    // Thursday, 4 July 2024 is a holiday; the next session after Friday is Monday.
    const spy = await history('2024-07-05T22:00:00Z');
    await spy.update('2024-07-05T22:00:00Z');
    expect(spy.dates().slice(-2)).toEqual(['2024-07-03', '2024-07-05']);
    const before = identities(spy.data);
    const requests = await spy.sandbox.requests();
    for (const now of ['2024-07-06T12:00:00Z', '2024-07-07T12:00:00Z', '2024-07-08T11:00:00Z']) {
      expect((await spy.update(now)).spy).toMatchObject({ outcome: 'unchanged', added: 0, revised: 0 });
    }
    expect(identities(spy.data)).toEqual(before);
    expect(await spy.sandbox.requests()).toBe(requests);
  });

  it('counts bars that the source changed afterwards as revised, and takes its new values', async () => {
    const spy = await history('2024-07-01T22:00:00Z');
    await spy.update('2024-07-01T22:00:00Z');
    const before = new Map(csvRows(join(spy.data, 'stocks/1d/SPY.csv')).map((row) => [row['Datetime'], row]));
    // The sandbox corrects Tuesdays (close up by a cent) and Thursdays (low down by a cent).
    await spy.sandbox.change({ faults: 'yahoo:revise' });
    const { code, spy: result, report } = await spy.update('2024-07-02T22:00:00Z');
    expect(code).toBe(0);
    expect(result).toMatchObject({ outcome: 'updated', added: 1, revised: 2 });
    expect(report.bars).toMatchObject({ added: 1, revised: 2 });
    const after = csvRows(join(spy.data, 'stocks/1d/SPY.csv'));
    const changed = after.filter(
      (row) => before.has(row['Datetime']) && JSON.stringify(row) !== JSON.stringify(before.get(row['Datetime'])),
    );
    expect(changed.map((row) => row['Datetime'])).toEqual(['2024-06-25', '2024-06-27']);
    const cents = (text: string | undefined): number => Math.round(Number(text) * 100);
    expect(cents(changed[0]?.['Close'])).toBe(cents(before.get('2024-06-25')?.['Close']) + 1);
    expect(cents(changed[1]?.['Low'])).toBe(cents(before.get('2024-06-27')?.['Low']) - 1);
    expect(after).toHaveLength(before.size + 1);
  });

  it('extends a series backwards and forwards without asking for what is there', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn('2024-07-03T06:00:00Z');
    const ask = (start: string, end: string) => {
      const args = ['download', 'SPY', '--start', start, '--end', end, '--json', '--now', '2024-07-03T06:00:00Z'];
      return vortex(args, { cwd, env: sandbox.env });
    };
    await ask('2024-03-01', '2024-03-28');
    const back = readReport((await ask('2024-02-01', '2024-03-28')).stdout);
    expect(back.bars).toMatchObject({ added: 20, revised: 0 });
    await ask('2024-02-01', '2024-05-31');
    const truth = await sandbox.truth('stock/SPY?period=1d&from=2024-02-01&to=2024-06-01');
    const rows = csvRows(join(cwd, 'data/stocks/1d/SPY.csv'));
    expect(rows.map((row) => row['Datetime'])).toEqual(truth.map((bar) => bar.time));
    expect(readReport((await ask('2024-02-15', '2024-05-15')).stdout)).toMatchObject({
      requests: 0,
      series: { unchanged: 1 },
    });
  });
});
