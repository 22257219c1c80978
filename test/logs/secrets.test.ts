import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it, vi } from 'vitest';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { answer, serve } from '../support/loopback.ts';
import { vortex } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const SECRETS = {
  username: 'trader-4711@example.org',
  password: 'p4ss "w0rd\\ & more',
  token: 'tok-en-Of-the-service',
  push: 'push-passw0rd-77',
  heart: '8f14e45f-ceea-467f-9d2b-heartbeat',
  crumb: 'cr-umb-in-a-query-31',
};

/** Each secret in the forms in which it may turn up: plain, in an address, in JSON, as Basic credentials. */
const FORMS = Object.values(SECRETS).flatMap((secret) => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
]);

function expectClean(where: string, text: string): void {
  for (const form of FORMS) expect(text.includes(form), `${form} in ${where}`).toBe(false);
}

/** Every file of a folder, unpacked. */
function expectCleanFiles(folder: string, leaveOut: readonly string[]): number {
  let seen = 0;
  for (const path of everythingIn(folder)) {
    if (path.endsWith('/') || leaveOut.includes(path) || !statSync(join(folder, path)).isFile()) continue;
    const content = readFileSync(join(folder, path));
    const isPacked = content[0] === 0x1f && content[1] === 0x8b;
    expectClean(path, path);
    expectClean(path, (isPacked ? gunzipSync(content) : content).toString('latin1'));
    seen += 1;
  }
  return seen;
}

it('no secret leaves: not in logs, errors, the raw archive, reports, metrics, the list of processes, pages or settings shown', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const bodies: string[] = [];
  const outside = await serve((path, response, request) => {
    request.setEncoding('utf8').on('data', (part: string) => bodies.push(part));
    request.on('end', () => {
      // One answers, the other says no: both are told of in their way.
      answer(response, path.includes('metrics') ? 500 : 404, `no, ${SECRETS.heart}`);
    });
  });
  writeFileSync(join(cwd, 'password'), SECRETS.password);
  const env = {
    ...sandbox.env,
    VORTEX_YAHOO_BASE_URL: sandbox.env['VORTEX_YAHOO_BASE_URL'] ?? '',
    VORTEX_BARCHART_USERNAME: SECRETS.username,
    VORTEX_BARCHART_PASSWORD: '',
    VORTEX_BARCHART_PASSWORD_FILE: 'password',
    VORTEX_SERVE_TOKEN: SECRETS.token,
    VORTEX_METRICS_PUSHGATEWAY: outside.url,
    VORTEX_METRICS_PUSHGATEWAY_USERNAME: 'pusher',
    VORTEX_METRICS_PUSHGATEWAY_PASSWORD: SECRETS.push,
    VORTEX_METRICS_HEARTBEAT_URL: `${outside.url}/${SECRETS.heart}?token=${SECRETS.crumb}`,
    VORTEX_METRICS_FILE: 'vortex.prom',
    VORTEX_LOGGING_LEVEL: 'trace',
    VORTEX_LOGGING_FILE: 'logs/vortex.log',
  };
  const args = ['--start', '2024-06-03', '--now', NOW];
  const runs = [
    ['download', 'SPY', ...args],
    ['download', 'GCQ24', 'SPY', '-p', 'barchart,yahoo', ...args, '--json'],
    ['download', 'NOSUCH', ...args],
    ['providers', 'check', 'barchart'],
    ['config', 'show'],
    ['config', 'show', '--json'],
    ['status', '--json'],
  ];
  for (const run of runs) {
    const { stdout, stderr } = await vortex(run, { cwd, env });
    expectClean(`stdout of ${run.join(' ')}`, stdout);
    expectClean(`stderr of ${run.join(' ')}`, stderr);
  }
  const service = await startService(['SPY', '-p', 'barchart,yahoo', ...args], { cwd, env });
  await service.ask('/runs', { method: 'POST', token: SECRETS.token });
  await vi.waitFor(
    async () => {
      expect(await (await service.ask('/status')).json()).toMatchObject({ running: null, runs: [{}] });
    },
    { timeout: 20_000, interval: 100 },
  );
  for (const path of ['/', '/status', '/health', '/metrics']) {
    expectClean(path, await (await service.ask(path)).text());
  }
  if (process.platform === 'linux') {
    expectClean('the list of processes', readFileSync(`/proc/${service.child.pid ?? 0}/cmdline`, 'utf8'));
  }
  service.child.kill('SIGTERM');
  const { stderr } = await service.ended;
  expectClean('stderr of the service', stderr);
  expectClean('what was pushed', bodies.join('\n'));
  expect(bodies.join('\n')).toContain('vortex_run_last_exit_code');
  // They were used: the Pushgateway and the heartbeat were asked with them.
  expect(
    outside.headers.some(
      ({ authorization }) => authorization === `Basic ${Buffer.from(`pusher:${SECRETS.push}`).toString('base64')}`,
    ),
  ).toBe(true);
  expect(outside.requests).toContain(`/${SECRETS.heart}?token=${SECRETS.crumb}`);
  expect(expectCleanFiles(cwd, ['password'])).toBeGreaterThan(5);
}, 90_000);
