import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../sandbox/server.ts';
import { askYahoo, chartOf, refusalOf, span, stamps, start, WEDNESDAY } from './client.ts';

const CHART = 'https://query2.finance.yahoo.com/v8/finance/chart/';

function exchange(symbol: string, query: string, mark: string, status = 200): string {
  return JSON.stringify({
    request: { url: `${CHART}${symbol}?${query}` },
    response: {
      ok: status === 200,
      status,
      headers: {
        'content-type': ['application/json;charset=utf-8'],
        'content-encoding': 'gzip',
        'content-length': '12',
        'transfer-encoding': 'chunked',
        date: 'Sat, 13 Nov 2021 04:37:53 GMT',
        connection: 'close',
        'y-rid': mark,
      },
      bodyJson: { mark },
    },
  });
}

describe('recorded exchanges', () => {
  let folder: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recorded-'));
    const files = {
      'year.json': exchange('ABC', 'interval=1d&useYfid=true&period1=1000&period2=5000&events=div', 'year'),
      'end.json': exchange('ABC', 'interval=1d&period1=4500&period2=9000', 'end'),
      'hours.json': exchange('ABC', 'interval=1h&period1=1000&period2=9000', 'hours'),
      'gone.json': exchange('GONE', 'interval=1d&period1=1000&period2=2000', 'gone', 400),
      'caret.json': exchange('%5EABC', 'interval=1d&period1=1000&period2=2000', 'caret'),
      'notes.txt': 'not an exchange',
      'other.json': '{"request":{"url":"https://example.org/"},"response":{"status":200}}',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    sandbox = await start(WEDNESDAY, { recorded: folder });
  });
  afterAll(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true });
  });

  it.each([
    [
      'the same request in another order',
      'ABC',
      'period2=5000&period1=1000&lang=de&interval=1d&formatted=true',
      'year',
    ],
    ['a range inside one', 'ABC', 'period1=2000&period2=3000&interval=1d', 'year'],
    ['a range that overlaps two by the one that covers most', 'ABC', 'period1=4000&period2=8000&interval=1d', 'end'],
    ['another size of bars by its own', 'ABC', 'period1=2000&period2=3000&interval=60m', 'hours'],
    ['a symbol that is written in escapes', '^ABC', 'period1=1000&period2=2000&interval=1d', 'caret'],
    ['a range by name with the longest', 'ABC', 'range=5d&interval=1d', 'end'],
    ['an error inside its own range', 'GONE', 'period1=1100&period2=1900&interval=1d', 'gone'],
  ])('answer %s', async (_, symbol, query, mark) => {
    const response = await askYahoo(sandbox, symbol, query);
    expect(await response.json()).toEqual({ mark });
    expect(response.headers.get('y-rid')).toBe(mark);
    expect(response.status).toBe(mark === 'gone' ? 400 : 200);
  });

  it.each([
    ['another symbol', 'SPY', 'period1=1000&period2=5000&interval=1d'],
    ['a range beyond all', 'ABC', 'period1=10000&period2=20000&interval=1d'],
    ['a size of bars that is not there', 'ABC', 'period1=1000&period2=5000&interval=5m'],
    ['a range of which an error tells only a part', 'GONE', 'period1=1100&period2=2500&interval=1d'],
  ])('do not answer %s', async (_, symbol, query) => {
    expect(await refusalOf(sandbox, symbol, query)).toEqual([
      404,
      'Not Found',
      'No data found, symbol may be delisted',
    ]);
  });

  it('come without the headers that are true no more, and to any client', async () => {
    const response = await fetch(`${sandbox.url}/yahoo/v8/finance/chart/ABC?period1=1000&period2=5000`);
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(response.headers.get('content-length')).toBe(String('{"mark":"year"}'.length));
    expect(response.headers.get('date')).not.toContain('2021');
  });

  it('are asked for in a folder that has some', async () => {
    await expect(start(WEDNESDAY, { recorded: join(folder, 'missing') })).rejects.toThrow(/cannot read the recordings/);
    await writeFile(join(folder, 'broken.json'), '{');
    await expect(start(WEDNESDAY, { recorded: folder })).rejects.toThrow(/broken\.json is no JSON/);
  });
});

const RECORDED_DIR = process.env['RECORDED_DIR'];
const absent = RECORDED_DIR === undefined && process.env['CI'] === undefined;

describe.skipIf(absent)('real recordings (skipped unless RECORDED_DIR names the folder of recorded exchanges)', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await start('2021-11-13T12:00:00Z', { recorded: join(RECORDED_DIR ?? '', 'yahoo') });
  });
  afterAll(() => sandbox.close());

  it.each([
    ['AAPL', span('2020-01-01T05:00:00Z', '2021-01-01T05:00:00Z'), 253],
    ['BTC-USD', span('2020-01-01', '2021-01-01'), 370],
    ['EURUSD=X', span('2020-01-01', '2021-01-01'), 264],
  ])('answer the year 2020 of %s', async (symbol, query, rows) => {
    const answer = await chartOf(sandbox, symbol, `${query}&interval=1d&events=div,splits&includePrePost=false`);
    expect(answer.meta.symbol).toBe(symbol);
    expect(stamps(answer).length).toBe(rows);
  });

  it('answer an exact request exactly, with and without data', async () => {
    const gold = await chartOf(sandbox, 'GC=F', 'period1=1577836800&period2=1578009600&interval=1d');
    expect(stamps(gold)).toEqual(['2020-01-02T05:00:00Z']);
    const saturday = await chartOf(sandbox, 'AAPL', 'period1=1738368000&period2=1738454400&interval=1m');
    expect(saturday.timestamp).toBeUndefined();
    expect(await refusalOf(sandbox, 'BEKE', 'period1=1577836800&period2=1578009600&interval=1d')).toEqual([
      400,
      'Bad Request',
      "Data doesn't exist for startDate = 1577836800, endDate = 1578009600",
    ]);
  });
});
