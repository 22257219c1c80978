import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const NOBODY = 'http://127.0.0.1:9';

const listed = z.strictObject({
  schema: z.literal(1),
  providers: z.array(
    z.strictObject({
      id: z.string(),
      assetClasses: z.array(z.string()),
      periods: z.record(
        z.string(),
        z.strictObject({
          spanDays: z.number().optional(),
          answerDays: z.number().optional(),
          depthDays: z.number().optional(),
          since: z.string().optional(),
        }),
      ),
      expiredContractDays: z.number().nullable(),
      dayBoundary: z.record(z.string(), z.string()),
      allowance: z.strictObject({ perDay: z.number(), timezone: z.string() }).nullable(),
      paceMs: z.number(),
      credentials: z.enum(['none needed', 'set', 'missing']),
      needs: z.string().nullable(),
      clock: z.literal(true),
    }),
  ),
});
const checked = z.strictObject({
  schema: z.literal(1),
  checks: z.array(z.strictObject({ name: z.string(), ok: z.boolean(), detail: z.string() })),
});

async function list(env: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await vortex(['providers', 'list', '--json'], { cwd: temporaryFolder(), env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { providers } = listed.parse(JSON.parse(stdout));
  return (id: string) => providers.find((entry) => entry.id === id);
}

interface Checked {
  readonly code: number | null;
  readonly stderr: string;
  readonly checks: z.infer<typeof checked>['checks'];
}

async function check(ids: readonly string[], env: Readonly<Record<string, string>>): Promise<Checked> {
  const args = ['providers', 'check', ...ids, '--json', '--now', NOW];
  const cwd = temporaryFolder();
  const { code, stdout, stderr } = await vortex(args, { cwd, env });
  expect(everythingIn(cwd)).toEqual([]);
  return { code, stderr, checks: checked.parse(JSON.parse(stdout)).checks };
}

it('lists what each provider has, without a request', async () => {
  const of = await list({ VORTEX_YAHOO_BASE_URL: NOBODY });
  expect(of('yahoo')).toMatchObject({
    assetClasses: ['future', 'stock', 'forex'],
    expiredContractDays: 0,
    dayBoundary: { stock: 'exchange', forex: 'Europe/London' },
    allowance: null,
    credentials: 'none needed',
    needs: null,
  });
  expect(of('yahoo')?.periods['1m']).toEqual({ spanDays: 7, depthDays: 28 });
  expect(of('barchart')).toMatchObject({
    expiredContractDays: null,
    allowance: { perDay: 250, timezone: 'America/Chicago' },
    credentials: 'missing',
  });
  expect(of('barchart')?.periods['1h']).toMatchObject({ since: '2008-01-01' });
  expect(of('ibkr')).toMatchObject({ expiredContractDays: 730, credentials: 'none needed' });
  expect(of('dukascopy')).toMatchObject({ expiredContractDays: 0, dayBoundary: { forex: 'UTC' } });
});

it('lists the settings in force: pace, allowance, and whether there are credentials', async () => {
  const account = { VORTEX_BARCHART_USERNAME: 'somebody', VORTEX_BARCHART_PASSWORD: 'correct-horse' };
  const of = await list({ ...account, VORTEX_BARCHART_ALLOWANCE: '5', VORTEX_YAHOO_PACE_MS: '250' });
  expect(of('barchart')).toMatchObject({ credentials: 'set', allowance: { perDay: 5 } });
  expect(of('yahoo')).toMatchObject({ paceMs: 250 });
  expect((await list({ ...account, VORTEX_BARCHART_TRANSPORT: 'cookies' }))('barchart')?.credentials).toBe('missing');
  const cookies = { VORTEX_BARCHART_TRANSPORT: 'cookies', VORTEX_BARCHART_COOKIES: 'laravel_session=abc' };
  expect((await list(cookies))('barchart')?.credentials).toBe('set');
});

it('lists for people as tables', async () => {
  const { code, stdout } = await vortex(['providers', 'list'], { cwd: temporaryFolder() });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^barchart .*250 downloads .*missing +an account$/m);
  expect(stdout).toMatch(/^yahoo +28 d +58 d/m);
});

it('all let us in: exit 0, and no download is spent', async () => {
  const sandbox = await standIn(NOW);
  const all = ['yahoo', 'barchart', 'ibkr', 'dukascopy', 'sandbox'];
  const { code, checks, stderr } = await check(all, sandbox.env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(checks.map(({ name, ok }) => [name, ok])).toEqual(all.map((name) => [name, true]));
  expect(await sandbox.counts('barchart')).toMatchObject({ downloads: 0, logins: 1 });
});

it('without a name the providers of the settings are checked', async () => {
  const sandbox = await standIn(NOW);
  const names = async (env: Readonly<Record<string, string>>) =>
    (await check([], { ...sandbox.env, ...env })).checks.map(({ name }) => name);
  expect(await names({})).toEqual(['yahoo']);
  expect(await names({ VORTEX_DEFAULT_PROVIDER: 'dukascopy,ibkr' })).toEqual(['dukascopy', 'ibkr']);
});

it.each([
  ['a wrong password', { VORTEX_BARCHART_PASSWORD: 'wrong-horse' }, ''],
  ['no account', { VORTEX_BARCHART_PASSWORD: '' }, ''],
  ['the wall', {}, 'barchart:wall'],
])('%s is 4, tried once', async (_, env, faults) => {
  const sandbox = await standIn(NOW, faults);
  const { code, checks, stderr } = await check(['barchart', 'yahoo'], { ...sandbox.env, ...env });
  expect([code, ...checks.map(({ ok }) => ok)]).toEqual([4, false, true]);
  expect(stderr).toMatch(/^vortex: barchart /);
  expect(stderr).not.toContain('wrong-horse');
  expect((await sandbox.counts('barchart'))['logins']).toBeLessThanOrEqual(1);
});

it.each([
  ['yahoo', { VORTEX_YAHOO_BASE_URL: NOBODY }],
  ['barchart', { VORTEX_BARCHART_BASE_URL: NOBODY }],
  ['dukascopy', { VORTEX_DUKASCOPY_BASE_URL: NOBODY }],
  ['ibkr', { VORTEX_IBKR_PORT: '9' }],
  ['sandbox', { VORTEX_SANDBOX_BASE_URL: NOBODY }],
])('%s that is not reached is 3', async (id, env) => {
  const sandbox = await standIn(NOW);
  const { code, checks } = await check([id], { ...sandbox.env, ...env });
  expect(code).toBe(3);
  expect(checks).toMatchObject([{ name: id, ok: false }]);
});

it('a desk that accepts and says nothing is 3 within the time that the settings give', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const address = z.object({ port: z.number() }).parse(server.address());
  const env = { VORTEX_IBKR_PORT: String(address.port), VORTEX_IBKR_TIMEOUT_MS: '500' };
  const before = performance.now();
  expect(await check(['ibkr'], env)).toMatchObject({ code: 3, checks: [{ ok: false }] });
  expect(performance.now() - before).toBeLessThan(15_000);
});

it('refuses an id that it does not have, names a near one, and asks nobody', async () => {
  const { code, stdout, stderr } = await vortex(['providers', 'check', 'yaho'], { cwd: temporaryFolder() });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('perhaps yahoo');
});
