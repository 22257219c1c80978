import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dataFiles } from '../support/folder.ts';
import { standIn } from '../support/stand-in.ts';
import { CHECKOUT, command, mountFolder } from './container.ts';

const VM = join(CHECKOUT, 'deploy/vm');
const read = (name: string): string => readFileSync(join(VM, name), 'utf8');

/** What stands behind the five fields of the first line that is not commented out. */
function cronLine(text: string): string {
  const line = text.split('\n').find((each) => /^[\d*]/.test(each)) ?? '';
  return line.split(/\s+/).slice(5).join(' ');
}

/** A machine as the docs set it up, moved into a folder: data, settings, a system log that prints. */
function machine(env: Readonly<Record<string, string>>) {
  const folder = mountFolder();
  const data = mountFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(folder, 'env'),
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const { DOCKER = '', DOCKER_HOST = '' } = process.env;
  const docker = `#!/bin/sh\nexport DOCKER_HOST=${DOCKER_HOST}\n[ "$1" = run ] || exec ${DOCKER} "$@"\nshift\nexec ${DOCKER} run --network host "$@"\n`;
  writeFileSync(join(bin, 'docker'), docker, { mode: 0o755 });
  writeFileSync(join(bin, 'logger'), '#!/bin/sh\necho "$*"\nexec cat\n', { mode: 0o755 });
  const placed = (text: string): string =>
    text
      .replaceAll('/etc/vortex/env', join(folder, 'env'))
      .replaceAll('/srv/vortex/data', data)
      .replaceAll('/usr/bin/docker', join(bin, 'docker'));
  /** Runs a line with nothing in its environment but what cron gives it. */
  const asCron = (line: string) =>
    command('env', ['-i', `PATH=${bin}:/usr/local/bin:/usr/bin:/bin`, 'HOME=/root', 'sh', '-c', placed(line)]);
  return { data, asCron };
}

it('the line of the crontab downloads with nothing in its environment; output, exit code and metrics are to be seen', async () => {
  const sandbox = await standIn(new Date().toISOString());
  const { data, asCron } = machine(sandbox.env);
  const line = cronLine(read('vortex.crontab')).replace('vortex download', 'vortex download SPY');
  const { stdout } = await asCron(line);
  expect(stdout).toMatch(/^-t vortex\n/);
  expect(stdout).toContain('stocks/1d/SPY updated');
  expect(stdout).toMatch(/exit code 0\n$/);
  expect(dataFiles(data)).toEqual(['stocks/1d/SPY.csv']);
  const prometheusText = readFileSync(join(data, '.vortex/vortex.prom'), 'utf8');
  expect(prometheusText).toMatch(/^vortex_run_last_exit_code\S* 0$/m);
});

it('the command of the systemd service does the same', async () => {
  const sandbox = await standIn(new Date().toISOString());
  const { data, asCron } = machine(sandbox.env);
  const started = /^ExecStart=((?:.*\\\n)*.*)$/m.exec(read('vortex.service'))?.[1] ?? '';
  const line = started.replaceAll('\\\n', ' ').replace('vortex download', 'vortex download SPY');
  const { code } = await asCron(line);
  expect(code).toBe(0);
  expect(dataFiles(data)).toEqual(['stocks/1d/SPY.csv']);
});

it('systemd accepts service and timer', async () => {
  const files = ['vortex.service', 'vortex.timer', 'vortex-npx.service'].map((name) => join(VM, name));
  const { stdout, stderr } = await command('systemd-analyze', ['verify', ...files]);
  // It looks for the programs too, which stand elsewhere on some machines.
  const told = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !/not executable|not found/.test(line));
  expect(told).toEqual([]);
});

it('the AppArmor profile is one', async () => {
  const { code, stderr } = await command('apparmor_parser', ['-Q', '-K', join(CHECKOUT, 'docker/apparmor-profile')]);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
});

it.each(['docker/entrypoint.sh', 'test/image/run.sh', 'test/image/base-image.sh'])(
  'shellcheck has nothing to say of %s',
  async (name) => {
    expect(await command('shellcheck', [join(CHECKOUT, name)])).toMatchObject({ code: 0, stdout: '' });
  },
);
