import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../sandbox/server.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { askYahoo, control, start, truthOf, WEDNESDAY } from './client.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await start(WEDNESDAY);
});
afterAll(() => sandbox.close());

async function state(): Promise<unknown> {
  return (await fetch(`${sandbox.url}/control`)).json();
}

describe('the sandbox', () => {
  it('prints the environment that points the program at it', () => {
    expect(sandbox.url).toBe(`http://127.0.0.1:${sandbox.port}`);
    expect(sandbox.env).toEqual({
      VORTEX_YAHOO_BASE_URL: `${sandbox.url}/yahoo`,
      VORTEX_YAHOO_PACE_MS: '0',
      VORTEX_BARCHART_BASE_URL: `${sandbox.url}/barchart`,
      VORTEX_BARCHART_PACE_MS: '0',
      VORTEX_BARCHART_USERNAME: 'demo',
      VORTEX_BARCHART_PASSWORD: 'demo',
      VORTEX_DUKASCOPY_BASE_URL: `${sandbox.url}/dukascopy`,
      VORTEX_DUKASCOPY_PACE_MS: '0',
      VORTEX_SANDBOX_BASE_URL: sandbox.url,
    });
  });

  it('refuses a port in use and says what to do', async () => {
    const options = { port: sandbox.port, now: () => 0, futures: [] };
    const text = new RegExp(`port ${sandbox.port} is in use: .*choose another with --port`);
    await expect(startSandbox(options)).rejects.toThrow(text);
    await expect(startSandbox(options)).rejects.toMatchObject({ code: 'usage' });
  });

  it('refuses an address that others can reach, and unknown faults', async () => {
    await expect(start(WEDNESDAY, { host: '0.0.0.0' })).rejects.toMatchObject({ code: 'usage' });
    await expect(start(WEDNESDAY, { faults: 'yahoo:oops' })).rejects.toThrow(/the faults are/);
  });

  it('counts requests and keeps counting when the faults change', async () => {
    await askYahoo(sandbox, 'SPY', 'range=5d');
    await control(sandbox, { faults: 'yahoo:503' });
    await askYahoo(sandbox, 'SPY', 'range=5d');
    await truthOf(sandbox, 'stock/SPY', 'from=2024-05-01');
    expect(await state()).toMatchObject({ requests: { yahoo: 2 }, faults: 'yahoo:503', now: WEDNESDAY });
    await control(sandbox, { faults: '' });
  });

  it('stands still at the time that it is given and goes back to its clock', async () => {
    await control(sandbox, { now: '2024-05-20T00:00:00+02:00' });
    expect(await state()).toMatchObject({ now: '2024-05-19T22:00:00Z' });
    expect((await truthOf(sandbox, 'stock/SPY', 'from=2024-05-15')).length).toBe(3);
    await control(sandbox, { now: null });
    expect(await state()).toMatchObject({ now: WEDNESDAY });
  });

  it.each([
    ['{'],
    ['[]'],
    ['{"fault":"yahoo:503"}'],
    ['{"faults":3}'],
    ['{"now":"soon"}'],
    ['{"faults":"yahoo:oops"}'],
  ])('takes nothing of the control %s', async (body) => {
    const before = await state();
    const response = await fetch(`${sandbox.url}/control`, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toHaveProperty('error');
    expect(await state()).toEqual(before);
  });

  it('changes nothing when one of two controls is wrong', async () => {
    const response = await control(sandbox, { faults: 'yahoo:oops', now: '2024-05-20T00:00:00Z' });
    expect(response.status).toBe(400);
    expect(await state()).toMatchObject({ faults: '', now: WEDNESDAY });
  });
});

describe('the truth page', () => {
  it('gives bars with times as in the files: from inclusive, to exclusive', async () => {
    const days = await truthOf(sandbox, 'stock/SPY', 'period=1d&from=2024-05-01&to=2024-05-06');
    expect(days.map((bar) => bar.time)).toEqual(['2024-05-01', '2024-05-02', '2024-05-03']);
    const query = 'period=1m&from=2024-05-01T13:30:00Z&to=2024-05-01T13:32:00Z';
    const minutes = await truthOf(sandbox, 'stock/SPY', query);
    expect(minutes.map((bar) => bar.time)).toEqual(['2024-05-01T13:30:00Z', '2024-05-01T13:31:00Z']);
    const weeks = await truthOf(sandbox, 'future/GCJ24', 'period=1wk&from=2024-04-15');
    expect(weeks.map((bar) => bar.time)).toEqual(['2024-04-15', '2024-04-22']);
  });

  it('knows coins, indices, pairs and contracts by the program’s own symbols', async () => {
    for (const path of ['stock/BTC-USD', 'stock/%5EGSPC', 'stock/GC%3DF', 'forex/EURUSD', 'future/A6M24']) {
      expect((await truthOf(sandbox, path, 'from=2024-05-13&to=2024-05-15')).length).toBe(2);
    }
  });

  it.each([
    ['stock/XYZQ', 404],
    ['future/GCF24', 404],
    ['bond/SPY', 404],
    ['stock', 404],
    ['stock/SPY?period=2d', 400],
    ['stock/SPY?from=yesterday', 400],
  ])('answers %s with %i', async (path, status) => {
    const response = await fetch(`${sandbox.url}/truth/${path}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toHaveProperty('error');
  });
});
