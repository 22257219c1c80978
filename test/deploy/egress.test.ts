import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { dataFiles, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import { ROOT } from './tree.ts';

const NOW = '2024-07-03T06:00:00Z';
const isAbsent = spawnSync('tinyproxy', ['-v']).error !== undefined && process.env['CI'] === undefined;

const list = (): string => readFileSync(join(ROOT, 'deploy/egress/allowed-hosts'), 'utf8');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

/** tinyproxy with the settings that are shipped, on a free port; the list has the loopback's name too. */
async function startProxy(): Promise<{ url: string; log: () => string }> {
  const folder = temporaryFolder();
  const port = await freePort();
  const allowed = join(folder, 'allowed-hosts');
  writeFileSync(allowed, `${list()}^localhost$\n`);
  const shipped = readFileSync(join(ROOT, 'deploy/egress/tinyproxy.conf'), 'utf8');
  const own = shipped
    .replace(/^Port .*$/m, `Port ${port}`)
    .replace(/^Listen .*$/m, 'Listen 127.0.0.1')
    .replace(/^Filter .*$/m, `Filter "${allowed}"`);
  writeFileSync(join(folder, 'tinyproxy.conf'), own);
  const child = spawn('tinyproxy', ['-d', '-c', join(folder, 'tinyproxy.conf')]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  for (let tries = 0; tries < 200 && !(await answers(port)); tries += 1) {
    if (child.exitCode !== null) throw new Error(`tinyproxy ended: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return { url: `http://127.0.0.1:${port}`, log: () => said };
}

// Needs Debian's tinyproxy.
describe.skipIf(isAbsent)('a proxy with a list of allowed hosts', () => {
  test('lets a provider on the list through', async () => {
    const cwd = temporaryFolder();
    const [sandbox, proxy] = [await standIn(NOW), await startProxy()];
    const base = `http://localhost:${new URL(sandbox.url).port}/yahoo`;
    const env = { ...sandbox.env, VORTEX_YAHOO_BASE_URL: base, HTTP_PROXY: proxy.url, NO_PROXY: '' };
    const ended = await vortex(['download', 'SPY', '--start', '2024-06-01', '--now', NOW], { cwd, env });
    expect(ended.code, ended.stderr).toBe(0);
    expect(dataFiles(join(cwd, 'data'))).toEqual(['stocks/1d/SPY.csv']);
    expect(proxy.log()).toContain(`localhost:${new URL(sandbox.url).port}`);
  });

  test('refuses any other host, and its page is never taken for bars', async () => {
    const cwd = temporaryFolder();
    const [sandbox, proxy] = [await standIn(NOW), await startProxy()];
    // The same server by another name, which the list does not have.
    const env = { ...sandbox.env, HTTP_PROXY: proxy.url, NO_PROXY: '' };
    const ended = await vortex(['download', 'SPY', '--start', '2024-06-01', '--now', NOW], { cwd, env });
    expect(ended.code, ended.stderr).toBe(3);
    expect(ended.stderr).toContain(`a web page with status 403 instead of data: ${sandbox.url}/yahoo/`);
    expect(dataFiles(join(cwd, 'data'))).toEqual([]);
    expect(await sandbox.requests()).toBe(0);
    expect(proxy.log()).toMatch(/filtered/i);
  });

  test('refuses another host over TLS before a connection to it is tried', async () => {
    const cwd = temporaryFolder();
    const proxy = await startProxy();
    const env = { VORTEX_YAHOO_BASE_URL: 'https://provider.invalid', HTTPS_PROXY: proxy.url, NO_PROXY: '' };
    const ended = await vortex(['download', 'SPY', '--start', '2024-06-01', '--now', NOW], { cwd, env });
    expect(ended.code, ended.stderr).toBe(4);
    expect(ended.stderr).toContain('provider.invalid');
    expect(ended.stderr).toContain('HTTPS_PROXY');
    expect(proxy.log()).toMatch(/filtered/i);
  });
});

test('the list names every host that a provider has by default, and no other', () => {
  const folder = join(ROOT, 'src/providers');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const hosts = sources.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/'https:\/\/([\w.-]+)/g)].map(([, host = '']) => host),
  );
  const patterns = [...new Set(hosts)].map((host) => `^${host.replaceAll('.', '\\.')}$`);
  expect(list().trim().split('\n').sort()).toEqual(patterns.sort());
});
