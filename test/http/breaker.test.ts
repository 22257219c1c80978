import { expect, test } from 'vitest';
import { Breaker, type CircuitState, type Pass } from '../../src/http/breaker.ts';
import { errorOf, settle } from './kit.ts';
import { TestClock } from './test-clock.ts';

const { signal } = new AbortController();

function open(clock = new TestClock('held')): { breaker: Breaker; clock: TestClock; states: CircuitState[] } {
  const states: CircuitState[] = [];
  const onChange = (state: CircuitState): void => {
    states.push(state);
  };
  return { breaker: new Breaker({ clock, provider: 'yahoo', onChange }), clock, states };
}

async function fail(breaker: Breaker, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) breaker.bad(await breaker.enter(signal), 'status 500');
}

/** A request that asks for leave; `pass` is there once it has it. */
function ask(breaker: Breaker): { pass: Pass | undefined; error: Promise<unknown> } {
  const asked: { pass: Pass | undefined; error: Promise<unknown> } = { pass: undefined, error: Promise.resolve() };
  asked.error = breaker.enter(signal).then(
    (pass) => {
      asked.pass = pass;
    },
    (error: unknown) => error,
  );
  return asked;
}

/** The pass of a request that has leave. */
async function leave(asked: { pass: Pass | undefined }): Promise<Pass> {
  await settle();
  if (asked.pass === undefined) throw new Error('no leave');
  return asked.pass;
}

test('four faults in a row leave the circuit closed, the fifth opens it', async () => {
  const { breaker } = open();
  await fail(breaker, 4);
  expect(breaker.state).toBe('closed');
  await fail(breaker, 1);
  expect(breaker.state).toBe('open');
});

test('a proper answer between faults starts the count anew', async () => {
  const { breaker } = open();
  await fail(breaker, 4);
  breaker.good(await breaker.enter(signal));
  await fail(breaker, 4);
  expect(breaker.state).toBe('closed');
});

test('while it is open nobody goes, after 15 s one goes and the others wait for its result', async () => {
  const { breaker, clock } = open();
  await fail(breaker, 5);
  const asked = [ask(breaker), ask(breaker), ask(breaker)];
  clock.advance(14_999);
  await settle();
  expect(asked.filter(({ pass }) => pass !== undefined)).toHaveLength(0);
  clock.advance(1);
  await settle();
  expect(asked.filter(({ pass }) => pass !== undefined)).toHaveLength(1);
  expect(breaker.state).toBe('half-open');
});

test('a good probe closes the circuit for everybody', async () => {
  const { breaker, clock, states } = open();
  await fail(breaker, 5);
  const [first, second] = [ask(breaker), ask(breaker)];
  await settle();
  clock.advance(15_000);
  breaker.good(await leave(first));
  expect(breaker.isValid(await leave(second))).toBe(true);
  expect(states).toEqual(['open', 'half-open', 'closed']);
  await fail(breaker, 4);
  expect(breaker.state).toBe('closed');
});

test('a bad probe opens the circuit again for another 15 s, and a second bad one for good', async () => {
  const { breaker, clock } = open();
  await fail(breaker, 5);
  const first = ask(breaker);
  await settle();
  clock.advance(15_000);
  breaker.bad(await leave(first), 'status 502');
  const [second, third] = [ask(breaker), ask(breaker)];
  clock.advance(14_999);
  await settle();
  expect(second.pass).toBeUndefined();
  clock.advance(1);
  breaker.bad(await leave(second), 'status 503');
  expect(await third.error).toMatchObject({ code: 'circuit-open', disposition: 'stop-provider' });
  clock.advance(3_600_000);
  const later = await errorOf(breaker.enter(signal));
  expect(later).toMatchObject({ code: 'circuit-open', disposition: 'stop-provider' });
  expect(later.message).toContain('yahoo: not asked any more in this run');
  expect(later.message).toContain('status 503');
  expect(breaker.state).toBe('open');
});

test('a good probe forgives the bad one before it', async () => {
  const { breaker, clock } = open();
  for (let round = 0; round < 3; round += 1) {
    await fail(breaker, 5);
    for (const outcome of ['bad', 'good'] as const) {
      const probe = ask(breaker);
      await settle();
      clock.advance(15_000);
      if (outcome === 'bad') breaker.bad(await leave(probe), 'status 500');
      else breaker.good(await leave(probe));
    }
    expect(breaker.state).toBe('closed');
  }
});

test('a probe that never took place hands its place to the next', async () => {
  const { breaker, clock } = open();
  await fail(breaker, 5);
  const [first, second] = [ask(breaker), ask(breaker)];
  await settle();
  clock.advance(15_000);
  breaker.release(await leave(first));
  expect((await leave(second)).isProbe).toBe(true);
});

test('what began before the circuit opened decides nothing after it', async () => {
  const { breaker, clock } = open();
  const [late, later] = [await breaker.enter(signal), await breaker.enter(signal)];
  await fail(breaker, 5);
  expect(breaker.isValid(late)).toBe(false);
  breaker.good(late);
  expect(breaker.state).toBe('open');
  const probe = ask(breaker);
  await settle();
  clock.advance(15_000);
  const pass = await leave(probe);
  breaker.bad(later, 'reset');
  expect(breaker.state).toBe('half-open');
  breaker.good(pass);
  breaker.bad(pass, 'told twice');
  expect(breaker.state).toBe('closed');
});

test('an interruption ends the wait for the cool-down and the wait for a probe', async () => {
  const { breaker, clock } = open();
  await fail(breaker, 5);
  const controller = new AbortController();
  const coolingDown = errorOf(breaker.enter(controller.signal));
  controller.abort();
  expect(await coolingDown).toMatchObject({ code: 'interrupted', disposition: 'abort-run' });
  const probe = ask(breaker);
  await settle();
  clock.advance(15_000);
  await leave(probe);
  const another = new AbortController();
  const waiting = errorOf(breaker.enter(another.signal));
  await settle();
  another.abort();
  expect(await waiting).toMatchObject({ code: 'interrupted', disposition: 'abort-run' });
  expect(await errorOf(breaker.enter(AbortSignal.abort()))).toMatchObject({ code: 'interrupted' });
});

test('a machine clock that is set back an hour does not make the cool-down an hour long', async () => {
  const { breaker, clock } = open(new TestClock());
  await fail(breaker, 5);
  clock.advance(-3_600_000);
  await breaker.enter(signal);
  expect(clock.naps).toEqual([15_000]);
});

test('count, cool-down and probes can be set', async () => {
  const clock = new TestClock();
  const breaker = new Breaker({ clock, provider: 'x', faultsToOpen: 1, coolDownMs: 7, probes: 1 });
  breaker.bad(await breaker.enter(signal), 'status 500');
  expect(breaker.state).toBe('open');
  breaker.bad(await breaker.enter(signal), 'status 500');
  expect(clock.naps).toEqual([7]);
  expect(await errorOf(breaker.enter(signal))).toMatchObject({ code: 'circuit-open' });
});
