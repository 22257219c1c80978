import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { drawFaults, parseFaults } from '../../sandbox/faults.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { askYahoo, at, chartOf, closes, control, span, stamps, start, WEDNESDAY } from './client.ts';

const QUERY = `${span('2024-01-02', '2024-05-01')}&interval=1d&events=div,splits`;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await start(WEDNESDAY);
});
afterEach(() => control(sandbox, { faults: '' }));
afterAll(() => sandbox.close());

async function under(faults: string): Promise<void> {
  expect((await control(sandbox, { faults: `yahoo:${faults}` })).status).toBe(200);
}

describe('a fault specification', () => {
  it.each([
    [
      'yahoo:429=0.2@5,reset=0.05',
      [
        { kind: '429', value: 0.2, argument: '5' },
        { kind: 'reset', value: 0.05 },
      ],
    ],
    ['yahoo:stall', [{ kind: 'stall', value: 1 }]],
    [
      'yahoo: first=3@reset , slow@20 ;',
      [
        { kind: 'first', value: 3, argument: 'reset' },
        { kind: 'slow', value: 1 },
      ],
    ],
  ])('reads %s', (text, expected) => {
    expect(parseFaults(text).get('yahoo')).toMatchObject(expected);
  });

  it.each([
    ['yahoo:stal', /no such fault: stal \(perhaps stall\); the faults are 429, 500, 503, reset, stall/],
    ['yaho:503', /no such provider: yaho; known are yahoo/],
    ['503=0.1', /no provider is named/],
    ['yahoo:503=2', /a probability from 0 to 1/],
    ['yahoo:503=', /a probability from 0 to 1/],
    ['yahoo:first', /a count of requests/],
    ['yahoo:first=1.5', /a count of requests/],
    ['yahoo:after=2@nulls', /nulls cannot follow @/],
    ['yahoo:429@soon', /soon is no number/],
    ['dukascopy:503,rebase', /no such fault: rebase .*nulls, duplicate, past-end, revise, .*--faults help/],
    ['yahoo:reset@5', /reset takes nothing after @/],
    ['yahoo:wall', /no such fault: wall.*; the faults are .*no-adjclose/],
    ['barchart:no-adjclose', /no such fault: no-adjclose.*; the faults are .*wall, quota/],
    ['barchart:quota', /a count of requests, as in quota=3/],
    ['barchart:quota=2@5', /quota takes nothing after @/],
  ])('refuses %s', (text, message) => {
    expect(() => parseFaults(text)).toThrow(message);
  });

  it('draws the same for the same seed and number, and about as often as it says', () => {
    const faults = parseFaults('yahoo:503=0.3').get('yahoo') ?? [];
    const draw = (seed: number): (string | undefined)[] =>
      Array.from({ length: 1000 }, (_, request) => drawFaults(faults, seed, request + 1).delivery);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const hits = draw(1).filter((fault) => fault === '503').length;
    expect(hits).toBeGreaterThan(240);
    expect(hits).toBeLessThan(360);
  });
});

describe('faults of the whole answer', () => {
  it('429 comes as HTML, with Retry-After only where a time is given', async () => {
    await under('429');
    const plain = await askYahoo(sandbox, 'SPY', QUERY);
    expect([plain.status, plain.headers.get('retry-after')]).toEqual([429, null]);
    await under('429@5');
    const told = await askYahoo(sandbox, 'SPY', QUERY);
    expect([told.status, told.headers.get('retry-after')]).toEqual([429, '5']);
  });

  it.each(['500', '503'])('%s comes with its status', async (fault) => {
    await under(fault);
    expect((await askYahoo(sandbox, 'SPY', QUERY)).status).toBe(Number(fault));
  });

  it('html is an outage page with status 200', async () => {
    await under('html');
    const response = await askYahoo(sandbox, 'SPY', QUERY);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Will be right back');
  });

  it('reset ends the connection without an answer', async () => {
    await under('reset');
    await expect(askYahoo(sandbox, 'SPY', QUERY)).rejects.toThrow();
  });

  it('truncate sends half of the JSON as if it were all', async () => {
    const whole = await (await askYahoo(sandbox, 'SPY', QUERY)).text();
    await under('truncate');
    const response = await askYahoo(sandbox, 'SPY', QUERY);
    const half = await response.text();
    expect(half).toBe(whole.slice(0, Math.floor(whole.length / 2)));
    expect(response.headers.get('content-length')).toBe(String(half.length));
  });

  it('cut breaks off before the promised length', async () => {
    await under('cut');
    const response = await askYahoo(sandbox, 'SPY', QUERY);
    await expect(response.text()).rejects.toThrow();
  });

  it.each(['stall', 'hang'])('%s leaves the client waiting, and the sandbox still closes', async (fault) => {
    const other = await start(WEDNESDAY, { faults: `yahoo:${fault}` });
    const answer = askYahoo(other, 'SPY', QUERY).then((response) => response.text());
    const state = async (): Promise<string> => (await fetch(`${other.url}/control`)).text();
    while (!(await state()).includes('"yahoo":1')) await state();
    await Promise.all([expect(answer).rejects.toThrow(), other.close()]);
  });

  it('slow answers late', async () => {
    await under('slow@80');
    const began = performance.now();
    expect((await askYahoo(sandbox, 'SPY', QUERY)).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(75);
  });

  it('first fails so many requests and is well then; after the other way round', async () => {
    const statuses = async (): Promise<number[]> => {
      const found: number[] = [];
      for (let request = 0; request < 4; request++) found.push((await askYahoo(sandbox, 'SPY', QUERY)).status);
      return found;
    };
    await under('first=2');
    expect(await statuses()).toEqual([503, 503, 200, 200]);
    await under('first=1@429');
    expect(await statuses()).toEqual([429, 200, 200, 200]);
    await under('after=2');
    expect(await statuses()).toEqual([200, 200, 429, 429]);
  });
});

describe('faults of the data', () => {
  it('nulls empties rows, the same ones whatever is asked', async () => {
    await under('nulls');
    const nulled = async (query: string): Promise<string[]> => {
      const answer = await chartOf(sandbox, 'SPY', query);
      return stamps(answer).filter((_, row) => closes(answer)[row] === null);
    };
    const long = await nulled(QUERY);
    expect(long.length).toBeGreaterThan(2);
    const short = await nulled(span('2024-03-01', '2024-04-01'));
    expect(short).toEqual(long.filter((stamp) => stamp >= '2024-03-01' && stamp < '2024-04-01'));
  });

  it('duplicate repeats the last day with less volume before it, and adds a live row to weeks', async () => {
    await under('duplicate');
    const days = await chartOf(sandbox, 'SPY', QUERY);
    expect(stamps(days).slice(-2)).toEqual(['2024-04-30T13:30:00Z', '2024-04-30T13:30:00Z']);
    const volume = days.indicators.quote[0].volume ?? [];
    expect(volume.at(-2)).toBe(Math.floor((volume.at(-1) ?? 0) / 2));
    const weeks = await chartOf(sandbox, 'SPY', `${span('2024-04-01', '2024-05-04')}&interval=1wk`);
    expect(stamps(weeks).at(-1)).toBe('2024-04-29T04:00:37Z');
  });

  it('past-end adds the latest quote behind the range', async () => {
    await under('past-end');
    expect(stamps(await chartOf(sandbox, 'SPY', QUERY)).at(-1)).toBe(WEDNESDAY);
  });

  it('no-adjclose, no-timestamp and null-currency leave these out', async () => {
    await under('no-adjclose,no-timestamp,null-currency');
    const answer = await chartOf(sandbox, 'SPY', QUERY);
    expect(answer.indicators.adjclose).toBeUndefined();
    expect(answer.timestamp).toBeUndefined();
    expect(answer.meta.currency).toBeNull();
    expect(closes(answer).length).toBeGreaterThan(0);
  });

  it('prepost sends bars outside the session unasked', async () => {
    await under('prepost');
    const answer = await chartOf(sandbox, 'SPY', `${span('2024-05-14', '2024-05-15')}&interval=30m`);
    expect(stamps(answer)[0]).toBe('2024-05-14T08:00:00Z');
    expect(answer.meta['tradingPeriods']).toEqual([
      [{ timezone: 'EDT', start: at('2024-05-14T13:30:00Z'), end: at('2024-05-14T20:00:00Z'), gmtoffset: -14_400 }],
    ]);
  });

  it('revise changes some bars by a tick, at least one and never all of five, not all in the same way', async () => {
    const before = await chartOf(sandbox, 'SPY', QUERY);
    await under('revise');
    const after = await chartOf(sandbox, 'SPY', QUERY);
    const text = (answer: typeof after, row: number): string =>
      Object.values(answer.indicators.quote[0])
        .map((column) => column?.[row])
        .join();
    const changed = stamps(before).map((_, row) => text(before, row) !== text(after, row));
    for (let row = 0; row + 5 <= changed.length; row++) {
      const count = changed.slice(row, row + 5).filter(Boolean).length;
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThan(4);
    }
    const differences = closes(before).map((close, row) =>
      Math.round(100 * ((closes(after)[row] ?? 0) - (close ?? 0))),
    );
    expect(new Set(differences)).toEqual(new Set([0, 1]));
    expect(changed.filter((_, row) => differences[row] === 0).some(Boolean)).toBe(true);
  });

  it('rebase halves prices, doubles volumes and tells a split', async () => {
    const before = await chartOf(sandbox, 'SPY', QUERY);
    await under('rebase');
    const after = await chartOf(sandbox, 'SPY', `${span('2024-01-02', '2024-05-16')}&interval=1d&events=splits`);
    closes(before).forEach((close, row) => {
      expect(closes(after)[row]).toBeCloseTo((close ?? 0) / 2, 4);
      expect(after.indicators.quote[0].volume?.[row]).toBe(2 * (before.indicators.quote[0].volume?.[row] ?? 0));
    });
    expect(Object.values(after.events?.splits ?? {})[0]?.splitRatio).toBe('2:1');
  });

  it('dst stamps days at 23:00 of the evening before', async () => {
    await under('dst');
    const days = await chartOf(sandbox, 'GC=F', span('2024-04-29', '2024-05-01'));
    expect(stamps(days)).toEqual(['2024-04-29T03:00:00Z', '2024-04-30T03:00:00Z']);
  });
});
