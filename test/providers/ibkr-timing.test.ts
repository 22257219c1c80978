import { describe, expect, it, vi } from 'vitest';
import { Pacing, within } from '../../src/providers/ibkr/timing.ts';
import { Silence } from '../../src/providers/ibkr/words.ts';
import { TestClock } from '../http/test-clock.ts';
import { desk, ibkrAt } from '../support/ibkr.ts';
import { refusal, request, stock } from '../support/session.ts';
import { historyOf, tws, wordOf } from '../support/tws.ts';

const NOW = '2024-07-03T06:00:00Z';
const WEEK = request({ instrument: stock('SPY'), period: '1d', from: '2024-06-24', to: '2024-07-03' });
const VIOLATION = 'Historical Market Data Service error message:Historical data request pacing violation';
const never = new AbortController().signal;
const about = (identity: string, contract = identity) => ({ identity, contract });

describe('the pace of requests', () => {
  it('is one a pace, in the order of asking', async () => {
    const clock = new TestClock();
    const pacing = new Pacing(clock, 1_000);
    const done: string[] = [];
    await Promise.all(['a', 'b', 'c'].map((name) => pacing.turn(about(name), never).then(() => done.push(name))));
    expect(done).toEqual(['a', 'b', 'c']);
    expect(clock.naps).toEqual([1_000, 1_000]);
  });

  it('keeps the same request away for 15 s', async () => {
    const clock = new TestClock();
    const pacing = new Pacing(clock, 100);
    for (const name of ['a', 'a']) await pacing.turn(about(name), never);
    expect(clock.naps).toEqual([15_000]);
  });

  it('keeps the sixth request about one contract out of 2 s', async () => {
    const clock = new TestClock();
    const pacing = new Pacing(clock, 1);
    const start = clock.now();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await pacing.turn(about(name, 'SPY'), never);
    expect(clock.now() - start).toBe(2_000);
  });

  it('is at most 60 in 10 minutes once the server has complained, and not before', async () => {
    const clock = new TestClock();
    const pacing = new Pacing(clock, 10);
    const start = clock.now();
    for (let nth = 0; nth < 60; nth++) await pacing.turn(about(`a${nth}`), never);
    expect(clock.now() - start).toBe(590);
    pacing.complained();
    await pacing.turn(about('last'), never);
    expect(clock.now() - start).toBe(600_000);
  });

  it('of 0 is none', async () => {
    const clock = new TestClock();
    const pacing = new Pacing(clock, 0);
    for (let nth = 0; nth < 100; nth++) await pacing.turn(about('a'), never);
    expect(clock.naps).toEqual([]);
  });

  it('survives a clock that is set back', async () => {
    const clock = new TestClock();
    const pacing = new Pacing(clock, 1_000);
    await pacing.turn(about('a'), never);
    clock.advance(-3_600_000);
    await pacing.turn(about('b'), never);
    expect(clock.naps).toEqual([1_000]);
  });

  it('lets everybody who waits go when they are told to stop', async () => {
    const pacing = new Pacing(new TestClock('held'), 1_000);
    const stop = new AbortController();
    await pacing.turn(about('a'), stop.signal);
    const waiting = ['b', 'c'].map((name) => refusal(pacing.turn(about(name), stop.signal)));
    stop.abort();
    expect((await Promise.all(waiting)).map(({ code }) => code)).toEqual(['interrupted', 'interrupted']);
  });
});

describe('a pacing violation', () => {
  it('is waited for, longer each time, and asked again', async () => {
    const { options, heard } = await tws({
      onHistory: (line, id, _, nth) =>
        line.say(nth < 3 ? wordOf(id, 162, VIOLATION) : historyOf(id, '20240628,1,2,1,2,1')),
    });
    const clock = new TestClock('held');
    const fetching = ibkrAt(options, NOW, clock).fetchBars(WEEK, never);
    for (const wait of [65_000, 130_000]) {
      await vi.waitFor(() => {
        expect(clock.naps).toContain(wait);
      });
      clock.advance(wait);
    }
    expect((await fetching).bars.time).toHaveLength(1);
    expect(heard.filter(([kind]) => kind === '20')).toHaveLength(3);
  });

  it('that does not end fails the series in bounded time', async () => {
    const { fetch } = await desk(NOW, 'ibkr:pacing', {}, new TestClockOfWaits());
    const error = await refusal(fetch(WEEK));
    expect(error).toMatchObject({ code: 'rate-limited', disposition: 'skip-series' });
    expect(error.message).toContain('pace_ms');
  });

  it('is left at once when the run is stopped', async () => {
    const { options } = await tws({ onHistory: (line, id) => line.say(wordOf(id, 162, VIOLATION)) });
    const clock = new TestClock('held');
    const stop = new AbortController();
    const ending = refusal(ibkrAt(options, NOW, clock).fetchBars(WEEK, stop.signal));
    await vi.waitFor(() => {
      expect(clock.naps).toContain(65_000);
    });
    stop.abort();
    expect((await ending).code).toBe('interrupted');
    expect(clock.sleeping).toBe(0);
  });
});

/** Waits between tries take no time, waits for an answer take all the time there is. */
class TestClockOfWaits extends TestClock {
  readonly #held = new TestClock('held');

  override sleep(ms: number, signal: AbortSignal): Promise<void> {
    return ms === 60_000 || ms === 10_000 ? this.#held.sleep(ms, signal) : super.sleep(ms, signal);
  }
}

describe('waiting for an answer', () => {
  it('ends in silence, in an answer or in an abort, and leaves no timer', async () => {
    const clock = new TestClock('held');
    const silent = within(clock, 500, never, () => undefined);
    clock.advance(500);
    await expect(silent).rejects.toBeInstanceOf(Silence);
    expect(
      await within<number>(clock, 500, never, (resolve) => {
        resolve(7);
      }),
    ).toBe(7);
    const stop = new AbortController();
    const stopped = refusal(within(clock, 500, stop.signal, () => undefined));
    stop.abort();
    expect((await stopped).code).toBe('interrupted');
    expect(clock.sleeping).toBe(0);
  });
});
