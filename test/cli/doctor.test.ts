import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { backupCheck, spaceCheck } from '../../src/cli/doctor-disk.ts';
import { clockCheck, cronCheck, cronLine, zoneCheck } from '../../src/cli/doctor-machine.ts';
import { fileSystemCheck, mountOf } from '../../src/cli/doctor-mounts.ts';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { programPath, vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = new Date().toISOString();
const NOBODY = { VORTEX_YAHOO_BASE_URL: 'http://127.0.0.1:9' };
const told = z.strictObject({
  schema: z.literal(1),
  checks: z.array(z.strictObject({ name: z.string(), ok: z.boolean(), detail: z.string().min(1) })),
});

async function checked(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await vortex(['doctor', '--json', ...args], { cwd, env });
  const { checks } = told.parse(JSON.parse(stdout));
  return {
    code,
    stderr,
    names: checks.map(({ name }) => name),
    of: new Map(checks.map((check) => [check.name, check])),
  };
}

it('finds a good machine good, and leaves nothing behind', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const { code, names, of, stderr } = await checked([], cwd, sandbox.env);
  expect(stderr).toBe('');
  expect([...of.values()].filter(({ ok }) => !ok)).toEqual([]);
  expect(code).toBe(0);
  for (const name of ['data folder', 'rename and sync', 'lock', 'free space', 'file system', 'time zones', 'cron'])
    expect(names).toContain(name);
  for (const name of ['settings', 'backup', 'proxy', 'clock', 'provider yahoo']) expect(names).toContain(name);
  expect(of.get('clock')?.detail).toContain('agrees with yahoo');
  expect(of.get('backup')?.detail).toContain('warning: ');
  expect(everythingIn(cwd)).toEqual([]);
});

it('tries the data folder itself when it is there, and leaves it as it was', async () => {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'here'));
  const { of, code } = await checked(['-o', 'here'], cwd, NOBODY);
  expect(of.get('data folder')).toMatchObject({ ok: true, detail: 'here can be written' });
  expect(code).toBe(3);
  expect(everythingIn(cwd)).toEqual(['here/']);
});

it('tells a provider that is not reached with 3, one that refuses with 4, and spends no allowance', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const wrong = { ...sandbox.env, VORTEX_BARCHART_USERNAME: 'demo', VORTEX_BARCHART_PASSWORD: 'not-this' };
  const refused = await checked(['-p', 'barchart'], cwd, wrong);
  expect(refused.code).toBe(4);
  expect(refused.of.get('provider barchart')?.ok).toBe(false);
  expect(JSON.stringify([...refused.of.values()]) + refused.stderr).not.toContain('not-this');
  const good = await checked(['-p', 'barchart'], cwd, sandbox.env);
  expect(good.code).toBe(0);
  expect((await sandbox.counts('barchart'))['downloads'] ?? 0).toBe(0);
  expect(everythingIn(cwd)).toEqual([]);
});

it('goes on with the machine when the settings are wrong, and ends with 2', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'c.json'), '{"concurency":3}');
  const { code, of } = await checked(['--config', 'c.json'], cwd, NOBODY);
  expect(code).toBe(2);
  expect(of.get('settings')).toMatchObject({ ok: false });
  expect(of.get('settings')?.detail).toMatch(/c\.json: concurency.*did you mean concurrency/);
  expect(of.get('rename and sync')?.ok).toBe(true);
});

it('a schedule that never comes is a setting that is wrong', async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'c.json'), '{"serve":{"schedule":"0 0 31 2 *"}}');
  const { code, stderr } = await vortex(['doctor', '--config', 'c.json'], { cwd });
  expect([code, stderr]).toEqual([2, expect.stringContaining('settings: serve.schedule: 0 0 31 2 * never comes')]);
});

it('ends with 1 where a file stands in the place of the data folder, on a terminal or not', async () => {
  const cwd = temporaryFolder();
  const { env } = await standIn(NOW);
  writeFileSync(join(cwd, 'file'), '');
  for (const place of ['file', 'file/data']) {
    const { code, of } = await checked(['-o', place], cwd, env);
    expect(of.get('data folder')).toMatchObject({ ok: false });
    expect(code).toBe(1);
  }
  const { stdout, stderr } = await vortex(['doctor', '-o', 'file'], { cwd, env });
  expect(stdout).toMatch(/^data folder {2,}failed .*move it away/m);
  expect(stderr).toContain('vortex: data folder: ');
});

it('sees that this clock and the provider’s are an hour apart, by the answer’s own Date', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const server = createServer((request, response) => {
    const headers = { 'user-agent': request.headers['user-agent'] ?? '' };
    void fetch(`${sandbox.url}${request.url ?? ''}`, { headers }).then(async (answer) => {
      response.statusCode = answer.status;
      response.setHeader('date', new Date(new Date().getTime() + 3_600_000).toUTCString());
      response.end(await answer.text());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = z.object({ port: z.number() }).parse(server.address());
  const env = { ...sandbox.env, VORTEX_YAHOO_BASE_URL: `http://127.0.0.1:${address.port}/yahoo` };
  const { code, of } = await checked([], cwd, env);
  expect(of.get('provider yahoo')?.ok).toBe(true);
  expect(of.get('clock')?.detail).toMatch(/(59m \d+s|1h 0m) behind yahoo's/);
  expect(code).toBe(1);
});

it('a clock is right when the provider’s second lies between question and answer, or within a minute', () => {
  const heard = { provider: 'yahoo', asked: 1_000_900, answered: 1_002_100 };
  expect(clockCheck({ ...heard, date: 1_000_000 }).state).toBe('ok');
  expect(clockCheck({ ...heard, date: 1_060_000 }).state).toBe('ok');
  expect(clockCheck({ ...heard, date: 1_063_000 }).detail).toContain('1m 1s behind');
  expect(clockCheck({ ...heard, date: 900_000 }).detail).toContain('1m 40s ahead');
});

it('the crontab line that it gives runs in the bare environment of cron', async () => {
  const cwd = join(temporaryFolder(), 'my data');
  mkdirSync(cwd);
  const sandbox = await standIn(NOW);
  writeFileSync(
    join(cwd, '.env'),
    Object.entries(sandbox.env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  mkdirSync(join(cwd, 'config'));
  writeFileSync(join(cwd, 'config/config.json'), '{"stocks":{"SPY":{}}}');
  const [, command = ''] = cronLine({ cwd, node: process.execPath, program: programPath() }).split('0 6 * * 1-5 ');
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: '/',
    env: { HOME: cwd, PATH: '/usr/bin:/bin', SHELL: '/bin/sh' },
    stdio: 'ignore',
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  expect(existsSync(join(cwd, 'data/stocks/1d/SPY.csv'))).toBe(true);
});

it('says what a job of cron would lack', () => {
  const at = { cwd: '/home/me', node: '/usr/bin/node', program: '/app/main.js', relative: [] };
  expect(cronCheck({ ...at, env: { HOME: '/', PATH: '/bin' }, fromEnvironment: [] }).state).toBe('ok');
  const lacking = cronCheck({ ...at, env: {}, fromEnvironment: ['VORTEX_BARCHART_PASSWORD'], relative: ['my.json'] });
  expect(lacking.state).toBe('warning');
  for (const word of ['HOME', 'PATH', 'VORTEX_BARCHART_PASSWORD', 'my.json']) expect(lacking.detail).toContain(word);
});

it('knows the file system of a folder by the deepest and latest mount, names with blanks too', () => {
  // Lines of proc(5): mount point in field 5, type behind the dash.
  const mounts = [
    '22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw',
    '30 22 0:40 / /mnt/nas rw - nfs4 nas:/export rw',
    '31 22 0:41 / /mnt/my\\040share rw shared:3 - cifs //nas/share rw',
    '36 22 98:0 /mnt1 /data rw,noatime master:1 - ext3 /dev/root rw,errors=continue',
    '37 36 0:50 / /data rw - overlay overlay rw',
    '',
  ].join('\n');
  expect(mountOf('/home/me/data', mounts)).toEqual({ point: '/', kind: 'ext4' });
  expect(mountOf('/mnt/nas/prices', mounts)).toEqual({ point: '/mnt/nas', kind: 'nfs4' });
  expect(mountOf('/mnt/nasty', mounts)?.kind).toBe('ext4');
  expect(mountOf('/mnt/my share/x', mounts)?.kind).toBe('cifs');
  expect(mountOf('/data', mounts)?.kind).toBe('overlay');
  expect(mountOf('/data', '')).toBeUndefined();
  const states = mounts
    .split('\n')
    .map((line) => fileSystemCheck(mountOf('/', line.replace(/ \/\S* rw/, ' / rw'))).state);
  expect(states).toEqual(['ok', 'warning', 'warning', 'ok', 'warning', 'ok']);
});

it.runIf(existsSync('/proc/self/mountinfo'))('agrees with stat(1) on the kind of the temporary folder', async () => {
  const cwd = temporaryFolder();
  const { of } = await checked([], cwd, (await standIn(NOW)).env);
  const point = execFileSync('stat', ['-c', '%m', cwd], { encoding: 'utf8' }).trim();
  expect(of.get('file system')?.detail).toContain(` at ${point}`);
});

it('warns of little room and of backups on the disk of the data', () => {
  expect(spaceCheck({ freeBytes: 49e6, totalBytes: 1e12, freeFiles: undefined }).state).toBe('failed');
  expect(spaceCheck({ freeBytes: 0.9e9, totalBytes: 1e12, freeFiles: undefined }).state).toBe('warning');
  expect(spaceCheck({ freeBytes: 5e11, totalBytes: 1e12, freeFiles: 9 }).state).toBe('warning');
  expect(spaceCheck({ freeBytes: 5e11, totalBytes: 1e12, freeFiles: undefined }).state).toBe('ok');
  expect(spaceCheck({ freeBytes: 0, totalBytes: 0, freeFiles: undefined }).state).toBe('ok');
  const root = temporaryFolder();
  expect(backupCheck(root, join(root, 'backups/deep')).state).toBe('warning');
  for (const away of ['s3://bucket/prices', 'rest:https://nas/prices', 'sftp:me@nas:/prices'])
    expect(backupCheck(root, away).state).toBe('ok');
});

it('knows when clocks change, and a TZ that is none', () => {
  expect(zoneCheck(undefined).state).toBe('ok');
  expect(zoneCheck('Europe/Zurich').state).toBe('ok');
  expect(zoneCheck('Middle/Earth').state).toBe('warning');
});
