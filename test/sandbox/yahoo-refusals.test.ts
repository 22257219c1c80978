import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../sandbox/server.ts';
import { askYahoo, at, chartOf, control, refusalOf, span, start, WEDNESDAY } from './client.ts';

const DAY = 86_400;
const NOW = at(WEDNESDAY);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await start(WEDNESDAY);
});
afterAll(() => sandbox.close());

describe('Yahoo’s refusals', () => {
  it.each(['XYZQ', 'SPX', 'GCJ24.CMX', 'GCJ24', 'GCM24.CBT', 'GCF24.CMX', 'GCJ30.CMX', 'XXXYYY=X', 'ZZ=F'])(
    'say that %s is not found',
    async (symbol) => {
      expect(await refusalOf(sandbox, symbol, 'range=5d&interval=1d')).toEqual([
        404,
        'Not Found',
        'No data found, symbol may be delisted',
      ]);
    },
  );

  it('know a contract until the midnight after its last day', async () => {
    const query = span('2024-04-01', '2024-05-01');
    await control(sandbox, { now: '2024-04-27T03:59:59Z' });
    expect((await askYahoo(sandbox, 'GCJ24.CMX', query)).status).toBe(200);
    await control(sandbox, { now: '2024-04-27T04:00:00Z' });
    expect((await askYahoo(sandbox, 'GCJ24.CMX', query)).status).toBe(404);
    await control(sandbox, { now: null });
  });

  it('say that a range before the first trade has no data', async () => {
    const description = `Data doesn't exist for startDate = ${at('1999-01-01')}, endDate = ${at('1999-02-01')}`;
    expect(await refusalOf(sandbox, 'TSLA', span('1999-01-01', '1999-02-01'))).toEqual([
      400,
      'Bad Request',
      description,
    ]);
  });

  it('list the intervals and the ranges that there are', async () => {
    expect(await refusalOf(sandbox, 'SPY', 'range=5d&interval=7m')).toEqual([
      400,
      'Bad Request',
      'Invalid input - interval=7m is not supported. Valid intervals: ' +
        '[1m, 2m, 5m, 15m, 30m, 60m, 90m, 1h, 4h, 1d, 5d, 1wk, 1mo, 3mo]',
    ]);
    const [status, , description] = await refusalOf(sandbox, 'SPY', 'range=2w&interval=1d');
    expect(status).toBe(400);
    expect(description).toContain('range=2w is not supported');
  });

  it('allow 8 days of minutes a request', async () => {
    const [from, to] = [NOW - 10 * DAY, NOW - 2 * DAY];
    await chartOf(sandbox, 'SPY', `period1=${from}&period2=${to}&interval=1m`);
    expect(await refusalOf(sandbox, 'SPY', `period1=${from - 1}&period2=${to}&interval=1m`)).toEqual([
      422,
      'Unprocessable Entity',
      `1m data not available for startTime=${from - 1} and endTime=${to}. ` +
        'Only 8 days worth of 1m granularity data are allowed to be fetched per request.',
    ]);
  });

  it.each([
    ['1m', 30],
    ['2m', 60],
    ['5m', 60],
    ['15m', 60],
    ['30m', 60],
    ['90m', 60],
    ['1h', 730],
    ['4h', 730],
  ])('keep %s to the last %i days', async (interval, days) => {
    const from = NOW - days * DAY;
    await chartOf(sandbox, 'SPY', `period1=${from + 1}&period2=${from + DAY}&interval=${interval}`);
    expect(await refusalOf(sandbox, 'SPY', `period1=${from}&period2=${from + DAY}&interval=${interval}`)).toEqual([
      422,
      'Unprocessable Entity',
      `${interval} data not available for startTime=${from} and endTime=${from + DAY}. ` +
        `The requested range must be within the last ${days} days.`,
    ]);
  });

  it('allow less than 100 years of days a request', async () => {
    const from = at('1900-01-01');
    expect(await refusalOf(sandbox, 'SPY', `period1=${from}&period2=${NOW}&interval=1d`)).toEqual([
      422,
      'Unprocessable Entity',
      `1d data not available for startTime=-2208988800 and endTime=${NOW}. ` +
        'Only 100 years worth of day granularity data are allowed to be fetched per request.',
    ]);
    const answer = await chartOf(sandbox, 'SPY', `period1=${NOW - 99 * 365 * DAY}&period2=${NOW}&interval=1mo`);
    expect(answer.timestamp?.[0]).toBe(at('1993-01-01T05:00:00Z'));
  });

  it('turn away who does not look like a browser, in HTML', async () => {
    const response = await fetch(`${sandbox.url}/yahoo/v8/finance/chart/SPY`, { headers: { 'user-agent': 'curl/8' } });
    expect(response.status).toBe(429);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(response.headers.get('retry-after')).toBeNull();
    expect(await response.text()).toBe('Edge: Too Many Requests');
  });

  it('know no other path and survive one that cannot be read', async () => {
    const headers = { 'user-agent': 'Mozilla/5.0' };
    expect((await fetch(`${sandbox.url}/yahoo/v7/finance/quote`, { headers })).status).toBe(404);
    expect((await fetch(`${sandbox.url}/yahoo/v8/finance/chart/%E0%A4%A`, { headers })).status).toBe(400);
    expect((await askYahoo(sandbox, 'SPY', 'range=5d')).status).toBe(200);
  });
});
