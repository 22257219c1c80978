import { describe, expect, it, vi } from 'vitest';
import { shardIndex } from '../../src/market/shard.ts';
import { everythingIn } from '../support/folder.ts';
import { begin, openService, over, PATIENCE, TOKEN } from '../support/service.ts';

describe('a run on request', () => {
  it('takes what download takes', async () => {
    const { service } = await openService();
    const run = await begin(service, { symbols: ['EURUSD'], period: '1d', start: '2024-06-24', end: '2024-06-28' });
    expect(await over(service, run)).toMatchObject({
      results: [{ series: 'forex/1d/EURUSD', outcome: 'updated', added: 5 }],
    });
  });

  it.each([
    ['an unknown key', '{"symbol":"SPY"}', 422, /symbol.*is not known; known here: symbols, provider/],
    ['a period that is none', '{"period":"2d"}', 422, /2d is no period/],
    ['a start after its end', '{"start":"2024-06-30","end":"2024-06-01"}', 422, /after/],
    ['a provider that is none', '{"provider":"yahuu"}', 422, /yahuu/],
    ['a flag in place of a symbol', '{"symbols":["--force"]}', 422, /dash/],
    ['a list', '[]', 422, /object/],
    ['nothing by name', 'null', 422, /object/],
    ['no JSON', '{"symbols"', 400, /no JSON/],
    ['10 MB', `{"symbols":["${'A'.repeat(10_000_000)}"]}`, 413, /too large/],
  ])('refuses a body that is %s', async (_, body, status, words) => {
    const { service, sandbox } = await openService();
    const response = await service.ask('/runs', { method: 'POST', token: TOKEN, body });
    expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(words)]);
    expect(await sandbox.requests()).toBeLessThan(2);
  });

  it('lets nobody start a run without the token, and nobody at all when there is none', async () => {
    const { service } = await openService();
    for (const token of [undefined, 'let-me-in-pleasE', TOKEN.slice(1), '']) {
      const response = await service.ask('/runs', { method: 'POST', ...(token === undefined ? {} : { token }) });
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
    const { service: open } = await openService('', [], { VORTEX_SERVE_TOKEN: '' });
    const response = await open.ask('/runs', { method: 'POST', token: TOKEN });
    expect([response.status, await response.text()]).toEqual([401, expect.stringContaining('serve.token')]);
  });

  it('says that a body is to be JSON', async () => {
    const { service } = await openService();
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${service.url}/runs`, { method: 'POST', headers, body: '{}' });
    expect([response.status, await response.text()]).toEqual([415, expect.stringContaining('application/json')]);
  });

  it('as one of several shards works on its part, and knows its runs by their names', async () => {
    const { cwd, service } = await openService('', ['MSFT', 'IBM', 'XOM', '--shard', '0/2']);
    const run = await begin(service);
    expect(run).toMatch(/-0of2$/);
    const keys = ['SPY', 'KO', 'MSFT', 'IBM', 'XOM'].map((symbol) => `stocks/1d/${symbol}`);
    const mine = keys.filter((key) => shardIndex(key, 2) === 0);
    expect(mine).not.toHaveLength(keys.length);
    expect(await over(service, run)).toMatchObject({ shard: '0/2', series: { updated: mine.length } });
    const files = everythingIn(cwd).filter((path) => path.endsWith('.csv'));
    expect(files).toEqual(mine.map((key) => `data/${key}.csv`).sort());
  });

  it('a run of other symbols does not end the watch over the age of the rest', async () => {
    const { service } = await openService();
    await over(service, await begin(service));
    expect(await over(service, await begin(service, { symbols: ['XYZQ'] }))).toMatchObject({ exitCode: 3 });
    await over(service, await begin(service, { symbols: ['EURUSD'] }));
    await vi.waitFor(async () => {
      expect(await (await service.ask('/status')).json()).toMatchObject({
        running: null,
        ages: [
          { class: 'forex', period: '1d' },
          { class: 'stock', period: '1d' },
        ],
      });
    }, PATIENCE);
  });
});
