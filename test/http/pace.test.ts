import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Pace } from '../../src/http/pace.ts';
import { errorOf, settle } from './kit.ts';
import { TestClock } from './test-clock.ts';

const { signal } = new AbortController();
const patient = (): number => 30_000;

/** Requests that come at once, and when (milliseconds from the beginning) each of them starts. */
function line(pace: Pace, clock: TestClock, paceMs: number, hosts: readonly string[]): number[] {
  const begin = clock.now();
  const starts: number[] = [];
  for (const host of hosts) {
    void pace.turn(host, paceMs, patient, signal).then(() => starts.push(clock.now() - begin));
  }
  return starts;
}

async function run(clock: TestClock, ms: number, step: number): Promise<void> {
  await settle();
  for (let passed = 0; passed < ms; passed += step) {
    clock.advance(step);
    await settle();
  }
}

test('requests to one host start one pace apart', async () => {
  const clock = new TestClock('held');
  const starts = line(new Pace(clock), clock, 1_000, ['a', 'a', 'a']);
  await run(clock, 2_000, 500);
  expect(starts).toEqual([0, 1_000, 2_000]);
});

test('hosts do not wait for each other', async () => {
  const clock = new TestClock('held');
  const starts = line(new Pace(clock), clock, 1_000, ['a', 'b', 'c']);
  await settle();
  expect(starts).toEqual([0, 0, 0]);
});

test('a host that was left alone for a while is asked at once', async () => {
  const clock = new TestClock('held');
  const pace = new Pace(clock);
  await pace.turn('a', 1_000, patient, signal);
  clock.advance(1_000);
  expect(await pace.turn('a', 1_000, patient, signal)).toEqual({ go: true, waitedMs: 0 });
});

test('the time in the line is told, the time of a hold is not', async () => {
  const clock = new TestClock();
  const pace = new Pace(clock);
  await pace.turn('a', 1_000, patient, signal);
  expect(await pace.turn('a', 1_000, patient, signal)).toEqual({ go: true, waitedMs: 1_000 });
  pace.hold('a', clock.now() + 5_000);
  expect(await pace.turn('a', 1_000, patient, signal)).toEqual({ go: true, waitedMs: 0 });
});

test('a hold keeps back those who already stand in the line, and they start one pace apart after it', async () => {
  const clock = new TestClock('held');
  const pace = new Pace(clock);
  const starts = line(pace, clock, 1_000, ['a', 'a', 'a']);
  await settle();
  pace.hold('a', clock.now() + 4_000);
  await run(clock, 7_000, 500);
  expect(starts).toEqual([0, 4_000, 5_000]);
});

test('a hold that lasts longer than the patience is told at once', async () => {
  const clock = new TestClock('held');
  const pace = new Pace(clock);
  const heldUntil = clock.now() + 31_000;
  pace.hold('a', heldUntil);
  expect(await pace.turn('a', 0, patient, signal)).toEqual({ go: false, heldUntil });
  expect(await pace.turn('b', 0, patient, signal)).toEqual({ go: true, waitedMs: 0 });
});

test('a shorter hold does not cut a longer one', () => {
  const clock = new TestClock();
  const pace = new Pace(clock);
  pace.hold('a', clock.now() + 10_000);
  pace.hold('a', clock.now() + 1_000);
  expect(pace.heldMs('a')).toBe(10_000);
});

test('an interruption ends the wait for the turn', async () => {
  const clock = new TestClock('held');
  const pace = new Pace(clock);
  const controller = new AbortController();
  await pace.turn('a', 1_000, patient, controller.signal);
  const turn = errorOf(pace.turn('a', 1_000, patient, controller.signal));
  controller.abort();
  expect(await turn).toMatchObject({ code: 'interrupted' });
  expect(clock.sleeping).toBe(0);
});

test('whoever leaves the line makes room for those behind', async () => {
  const clock = new TestClock('held');
  const pace = new Pace(clock);
  const leaver = new AbortController();
  await pace.turn('a', 1_000, patient, signal);
  const left = [leaver, leaver].map(({ signal: own }) => errorOf(pace.turn('a', 1_000, patient, own)));
  const starts = line(pace, clock, 1_000, ['a', 'a']);
  await settle();
  leaver.abort();
  for (const error of left) expect(await error).toMatchObject({ code: 'interrupted' });
  await run(clock, 2_000, 500);
  expect(starts).toEqual([1_000, 2_000]);
});

test('a machine clock that is set back an hour holds nobody up for an hour', async () => {
  const clock = new TestClock();
  const pace = new Pace(clock);
  await pace.turn('a', 1_000, patient, signal);
  clock.advance(-3_600_000);
  expect(await pace.turn('a', 1_000, patient, signal)).toEqual({ go: true, waitedMs: 1_000 });
});

test('whoever had a turn listens to the signal no more', async () => {
  const clock = new TestClock('held');
  const starts = line(new Pace(clock), clock, 1_000, ['a', 'a', 'a']);
  await settle();
  expect(getEventListeners(signal, 'abort').length).toBeGreaterThan(0);
  await run(clock, 2_000, 1_000);
  expect(starts).toHaveLength(3);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
