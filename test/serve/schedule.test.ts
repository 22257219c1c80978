import { describe, expect, it } from 'vitest';
import { DueTimes } from '../../src/serve/cron.ts';
import { Schedule } from '../../src/serve/schedule.ts';

const HOUR_MS = 3_600_000;

/** A schedule on a clock that only moves when somebody sleeps. */
function atWork(
  from: string,
  more: {
    catchUp?: boolean;
    jitterMs?: number;
    isBusy?: (now: number) => boolean;
    jumps?: ReadonlyMap<string, string>;
  } = {},
) {
  let now = Date.parse(from);
  const begun: string[] = [];
  const said: string[] = [];
  const jumps = new Map([...(more.jumps ?? [])].map(([at, to]) => [Date.parse(at), Date.parse(to)]));
  const schedule = new Schedule(
    {
      due: new DueTimes('0 6 * * *', 'UTC', now),
      catchUp: more.catchUp ?? false,
      jitterMs: more.jitterMs ?? 0,
    },
    {
      now: () => now,
      random: () => 0.5,
      say: (message) => void said.push(message),
      begin: (cause) => {
        if (more.isBusy?.(now) === true) return 'a run was still going';
        begun.push(`${cause} ${new Date(now).toISOString().slice(0, 16)}`);
        return undefined;
      },
      sleep: async (ms, signal) => {
        await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
        now += ms;
        for (const [at, to] of jumps) {
          if (now < at) continue;
          jumps.delete(at);
          now = to;
        }
      },
    },
  );
  return {
    schedule,
    begun,
    said,
    /** Lets it work until a time. */
    until: async (end: string, lastRun?: string) => {
      const stop = new AbortController();
      const kept = schedule.run(stop.signal, lastRun === undefined ? undefined : Date.parse(lastRun));
      while (now < Date.parse(end)) await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
      await kept;
    },
  };
}

describe('a schedule', () => {
  it('begins a run at each due time and none else', async () => {
    const { begun, said, until } = atWork('2024-07-01T12:00:00Z');
    await until('2024-07-04T12:00:00Z');
    expect(begun.slice(0, 3)).toEqual([
      'schedule 2024-07-02T06:00',
      'schedule 2024-07-03T06:00',
      'schedule 2024-07-04T06:00',
    ]);
    expect(said).toEqual([]);
  });

  it('says that a run was missed because one was going', async () => {
    const { begun, said, until, schedule } = atWork('2024-07-01T12:00:00Z', {
      isBusy: (now) => now < Date.parse('2024-07-02T07:00:00Z'),
    });
    await until('2024-07-03T05:00:00Z');
    expect(begun).toEqual([]);
    expect(said).toEqual([
      'the run of 2024-07-02T06:00:00.000Z was missed: a run was still going; the next one does its work',
    ]);
    expect(schedule.lastMissed).toBe(Date.parse('2024-07-02T06:00:00Z'));
  });

  it('catches it up as soon as that run has ended, once', async () => {
    let busy = true;
    const { begun, until, schedule } = atWork('2024-07-01T12:00:00Z', { catchUp: true, isBusy: () => busy });
    await until('2024-07-02T09:00:00Z');
    schedule.runEnded();
    expect(begun).toEqual([]);
    busy = false;
    schedule.runEnded();
    schedule.runEnded();
    expect(begun).toEqual([expect.stringMatching(/^catch-up 2024-07-02T/)]);
  });

  it('tells what was missed while the service was not running, and catches up when it is to', async () => {
    const plain = atWork('2024-07-05T12:00:00Z');
    await plain.until('2024-07-05T13:00:00Z', '2024-07-02T06:00:01Z');
    expect(plain.said).toEqual([
      'the run of 2024-07-05T06:00:00.000Z and 2 before it was missed: the service was not running; the next one does its work',
    ]);
    expect(plain.begun).toEqual([]);
    const eager = atWork('2024-07-05T12:00:00Z', { catchUp: true });
    await eager.until('2024-07-05T13:00:00Z', '2024-07-02T06:00:01Z');
    expect(eager.begun).toEqual(['catch-up 2024-07-05T12:00']);
    const upToDate = atWork('2024-07-05T12:00:00Z', { catchUp: true });
    await upToDate.until('2024-07-05T13:00:00Z', '2024-07-05T06:00:10Z');
    expect([...upToDate.said, ...upToDate.begun]).toEqual([]);
  });

  it('a machine that slept over the time is told of', async () => {
    const { begun, said, until } = atWork('2024-07-01T12:00:00Z', {
      jumps: new Map([['2024-07-01T20:00:00Z', '2024-07-02T09:00:00Z']]),
    });
    await until('2024-07-02T12:00:00Z');
    expect(begun).toEqual([]);
    expect(said).toEqual([expect.stringContaining('2024-07-02T06:00:00.000Z was missed: the machine was asleep')]);
  });

  it('a clock that is set back by days does not put the next run off by days', async () => {
    const { begun, until, schedule } = atWork('2024-07-10T12:00:00Z', {
      jumps: new Map([['2024-07-10T13:00:00Z', '2024-07-01T13:00:00Z']]),
    });
    const kept = until('2024-07-12T00:00:00Z');
    while (begun.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(begun.slice(0, 2)).toEqual(['schedule 2024-07-02T06:00', 'schedule 2024-07-03T06:00']);
    expect(schedule.lastMissed).toBeUndefined();
    await kept;
  });

  it('waits for its share of the jitter', async () => {
    const { begun, until } = atWork('2024-07-01T12:00:00Z', { jitterMs: HOUR_MS });
    await until('2024-07-02T12:00:00Z');
    expect(begun).toEqual(['schedule 2024-07-02T06:30']);
  });
});
