import { describe, expect, it } from 'vitest';
import { VortexError } from '../../src/market/errors.ts';
import { barchart } from '../../src/providers/barchart/index.ts';
import { ACCOUNT } from '../support/barchart-site.ts';
import { answer, serve } from '../support/loopback.ts';
import { atWork, refusal, request, stock } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import type { StandIn } from '../support/stand-in.ts';
import { contractIn, market } from './markets.ts';

// A Wednesday, one o'clock in the morning in Chicago.
const NOW = '2024-07-03T06:00:00Z';
const JUNE = request({ instrument: stock('SPY'), period: '1d', from: '2024-06-03', to: '2024-07-01' });
const signal = (): AbortSignal => new AbortController().signal;

function workAt(sandbox: StandIn, options: Readonly<Record<string, unknown>> = ACCOUNT) {
  return atWork(barchart, { base_url: `${sandbox.url}/barchart`, ...options }, NOW);
}

describe('the allowance', () => {
  it('is counted by downloads alone, and told', async () => {
    const sandbox = await standIn(NOW);
    const work = workAt(sandbox);
    const state = () => work.session.allowance?.(signal());
    // Midnight of Chicago in summer.
    const endsAt = Date.parse('2024-07-04T05:00:00Z');
    expect(await state()).toEqual({ used: 0, limit: 250, endsAt });
    await work.fetch(JUNE);
    await work.session.checkAccess?.(signal());
    await work.session.probe?.(JUNE, signal());
    await refusal(
      work.fetch(request({ instrument: stock('XYZQ'), period: '1d', from: '2024-06-03', to: '2024-07-01' })),
    );
    expect(await state()).toEqual({ used: 1, limit: 250, endsAt });
  });

  it('is written down before each download and for nothing else; without leave nothing is downloaded', async () => {
    const sandbox = await standIn(NOW);
    const downloads = async (): Promise<unknown> => (await sandbox.counts('barchart'))['downloads'];
    const spent: unknown[] = [];
    let isLeft = true;
    const spend = async (job: string): Promise<void> => {
      spent.push([job, await downloads()]);
      if (!isLeft) throw new VortexError('none is left', { code: 'allowance-used', disposition: 'skip-series' });
    };
    const work = atWork(barchart, { base_url: `${sandbox.url}/barchart`, ...ACCOUNT }, NOW, { spend });
    await work.session.allowance?.(signal());
    await work.session.probe?.(JUNE, signal());
    await refusal(work.fetch({ ...JUNE, instrument: stock('XYZQ') }));
    expect(spent).toEqual([]);
    await work.fetch(JUNE);
    expect([spent, await downloads()]).toEqual([[[JUNE.job, 0]], 1]);
    isLeft = false;
    expect(await refusal(work.fetch(JUNE))).toMatchObject({ code: 'allowance-used' });
    expect([spent.length, await downloads()]).toEqual([2, 1]);
    isLeft = true;
    await work.fetch(JUNE);
    expect(await downloads()).toBe(2);
  });

  it.each([
    ['by the vendor', 'barchart:quota=2', {}, /barchart says "You have reached your daily limit of 2 downloads\."/],
    ['by the settings', '', { allowance: 2 }, /2 of 2/],
  ])('that is used up %s ends the provider for the day, and costs no download', async (_, faults, options, message) => {
    const sandbox = await standIn(NOW, faults);
    const work = workAt(sandbox, { ...ACCOUNT, ...options });
    await work.fetch(JUNE);
    await work.fetch(JUNE);
    const error = await refusal(work.fetch(JUNE));
    expect(error).toMatchObject({ code: 'allowance-used', disposition: 'stop-provider' });
    expect(error.message).toMatch(message);
    expect(error.retryAt).toBe(Date.parse('2024-07-04T05:00:00Z'));
    expect(await sandbox.counts('barchart')).toMatchObject({ downloads: 2 });
    const asked = await sandbox.requests('barchart');
    expect(await refusal(work.fetch(JUNE))).toMatchObject({ code: 'allowance-used' });
    expect(await sandbox.requests('barchart')).toBe(asked);
  });

  it('is not used up when the site only wants a sign-in', async () => {
    const server = await serve((path, response) => {
      if (path === '/my/download') answer(response, 200, '{"error":"Please log in to download."}');
      else answer(response, 200, '<meta name="csrf-token" content="x1x2x3x4x5">', 'text/html');
    });
    const cookies = '127.0.0.1\tFALSE\t/\tFALSE\t0\tlaravel_token\tabcdefgh12345';
    const work = atWork(barchart, { base_url: server.url, transport: 'cookies', cookies }, NOW);
    const error = await refusal(work.fetch(JUNE));
    expect(error).toMatchObject({ code: 'refused', disposition: 'stop-provider' });
    expect(error.message).toMatch(/cookie_file have expired/);
  });

  it('starts again with the day of Chicago', async () => {
    const sandbox = await standIn('2024-07-03T04:30:00Z', 'barchart:quota=1');
    await workAt(sandbox).fetch(JUNE);
    await refusal(workAt(sandbox).fetch(JUNE));
    await sandbox.change({ now: '2024-07-03T05:30:00Z' });
    expect((await workAt(sandbox).fetch(JUNE)).bars.time).toHaveLength(19);
  });
});

describe('the free probe', () => {
  const gold = (month: string, period: '1d' | '1h', from: string, to: string) =>
    request({ ...contractIn(market('GOLD'), month), period, from, to });

  it.each([
    ['days that have bars', gold('G24', '1d', '2024-01-08', '2024-01-12'), true],
    ['days after the expiry', gold('G24', '1d', '2024-02-28', '2024-03-01'), false],
    ['hours that have bars', gold('J24', '1h', '2024-03-11T00:00:00Z', '2024-03-12T00:00:00Z'), true],
    ['hours of a weekend', gold('J24', '1h', '2024-03-09T00:00:00Z', '2024-03-10T20:00:00Z'), false],
    ['an empty range', gold('J24', '1d', '2024-03-11', '2024-03-11'), false],
  ])('says whether there are bars, without a login and without a download: %s', async (_, asked, expected) => {
    const sandbox = await standIn(NOW);
    const work = workAt(sandbox, {});
    expect(await work.session.probe?.(asked, signal())).toBe(expected);
    expect(await sandbox.counts('barchart')).toEqual({ downloads: 0, logins: 0, refusedLogins: 0 });
  });

  it('does not know a symbol that nobody has', async () => {
    const sandbox = await standIn(NOW);
    const asked = request({ instrument: stock('XYZQ'), period: '1d', from: '2024-01-01', to: '2024-02-01' });
    expect(await refusal(workAt(sandbox).session.probe?.(asked, signal()) ?? Promise.resolve())).toMatchObject({
      code: 'no-such-symbol',
    });
  });

  it('asks no more once the vendor has few requests left', async () => {
    const server = await serve((path, response) => {
      if (path.startsWith('/proxies/')) {
        response.writeHead(200, { 'content-type': 'text/plain', 'x-ratelimit-remaining': '15' });
        response.end('SPY,2024-06-03,1,2,0.5,1.5,100\n');
      } else answer(response, 200, '<meta name="csrf-token" content="x1x2x3x4x5">', 'text/html');
    });
    const work = atWork(barchart, { base_url: server.url }, NOW);
    expect(await work.session.probe?.(JUNE, signal())).toBe(true);
    expect(await work.session.probe?.(JUNE, signal())).toBeUndefined();
    expect(server.requests).toHaveLength(2);
  });
});
