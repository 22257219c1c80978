import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { dataFiles, everythingIn } from '../support/folder.ts';
import { standIn } from '../support/stand-in.ts';
import { CHECKOUT, command, docker, dockerText, image, mountFolder } from './container.ts';
import type { Result } from './container.ts';

const NOW = '2024-07-03T06:00:00Z';
const HEALTH = { timeout: 60_000, interval: 200 };

const service = z.object({
  profiles: z.array(z.string()).min(1),
  restart: z.string(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()),
  environment: z.record(z.string(), z.string().nullable()).optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
});
const composeFile = z.object({ services: z.record(z.string(), service) });
const COMPOSE = composeFile.parse(parse(readFileSync(join(CHECKOUT, 'docker-compose.yml'), 'utf8'), { merge: true }));
const shown = z.object({ settings: z.record(z.string(), z.unknown()) });

/** A folder as a user has it: the compose file, the settings, a .env. */
function workplace(env: Readonly<Record<string, string>> = {}): string {
  const folder = mountFolder();
  cpSync(join(CHECKOUT, 'docker-compose.yml'), join(folder, 'docker-compose.yml'));
  cpSync(join(CHECKOUT, 'config'), join(folder, 'config'), { recursive: true });
  const data = join(folder, 'data');
  mkdirSync(data);
  // As docs say: the folder belongs to the user of the container, here to the user who runs this.
  const lines = Object.entries({ DATA_UID: '0', DATA_GID: '0', ...env }).map(([name, value]) => `${name}=${value}`);
  writeFileSync(join(folder, '.env'), `${lines.join('\n')}\n`);
  return folder;
}

/** Networks of the machine in place of Docker's, which the engine of these tests has none of. */
const NETWORKS = `
services:
  download: { network_mode: host }
  serve: { network_mode: none }
`;

async function compose(cwd: string, ...args: readonly string[]): Promise<Result> {
  writeFileSync(join(cwd, 'networks.yml'), NETWORKS);
  const { PATH = '', DOCKER_HOST = '' } = process.env;
  return command('docker-compose', args, {
    cwd,
    env: { PATH, DOCKER_HOST, COMPOSE_FILE: 'docker-compose.yml:networks.yml' },
  });
}

describe('docker-compose.yml', () => {
  it('is accepted with all profiles', async () => {
    const profiles = [...new Set(Object.values(COMPOSE.services).flatMap(({ profiles: names }) => names))];
    expect(profiles.sort()).toEqual(['download', 'monitoring', 'sandbox', 'serve']);
    const flags = profiles.flatMap((name) => ['--profile', name]);
    expect(await compose(workplace(), ...flags, 'config', '-q')).toMatchObject({ code: 0, stderr: '' });
  });

  it('hands on every setting that the program has', async () => {
    const { stdout } = await image({ args: ['config', 'show', '--json'], network: 'none' });
    const names = Object.keys(shown.parse(JSON.parse(stdout)).settings).map(
      (key) =>
        `VORTEX_${key
          .replace(/^providers\./, '')
          .replaceAll('.', '_')
          .toUpperCase()}`,
    );
    const { download, serve } = COMPOSE.services;
    const isThere = new Set([...Object.keys(download?.environment ?? {}), ...Object.keys(serve?.environment ?? {})]);
    // The port inside is fixed; .env has the one outside.
    expect(names.filter((name) => !isThere.has(name) && name !== 'VORTEX_SERVE_PORT')).toEqual([]);
    // A name that no setting has would be refused by the program.
    const reference = readFileSync(join(CHECKOUT, 'docs', 'configuration.md'), 'utf8');
    expect([...isThere].filter((name) => name.startsWith('VORTEX_') && !reference.includes(`\`${name}\``))).toEqual([]);
    for (const name of [
      'OUTPUT_DIR',
      'LOGGING_LEVEL',
      'DRY_RUN',
      'USERNAME',
      'PASSWORD',
      'PASSWORD_FILE',
      'BACKUP_DATA',
    ])
      expect(isThere).toContain(`VORTEX_${name}`);
  });

  it('gives no service a capability, a way to gain one, or a port for others', () => {
    for (const { cap_drop: dropped, security_opt: options, ports = [] } of Object.values(COMPOSE.services)) {
      expect(dropped).toEqual(['ALL']);
      expect(options).toContain('no-new-privileges:true');
      expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    }
    expect(COMPOSE.services['download']?.restart).toBe('no');
    expect(COMPOSE.services['serve']?.restart).toBe('unless-stopped');
  });

  it('every file of monitoring that it mounts is there', () => {
    const mounted = Object.values(COMPOSE.services).flatMap(({ volumes }) =>
      volumes.map((volume) => volume.split(':')[0] ?? '').filter((path) => path.startsWith('./')),
    );
    const files = new Set(everythingIn(join(CHECKOUT, 'deploy')).map((path) => `./deploy/${path.replace(/\/$/, '')}`));
    expect(mounted.filter((path) => path.startsWith('./deploy/') && !files.has(path))).toEqual([]);
  });
});

describe('what docker-compose starts', () => {
  it('--profile sandbox up ends by itself with files in ./data', async () => {
    const cwd = workplace();
    const { code, stdout } = await compose(cwd, '--profile', 'sandbox', 'up');
    expect({ code, ended: stdout.includes('exited with code 0') }).toEqual({ code: 0, ended: true });
    expect(dataFiles(join(cwd, 'data'))).toEqual(
      expect.arrayContaining(['demo/stocks/1d/SPY.csv', 'demo/forex/1d/EURUSD.parquet']),
    );
    await compose(cwd, '--profile', 'sandbox', 'down', '--volumes');
  });

  it('run download takes the settings of .env, and ends with the exit code of the run', async () => {
    const sandbox = await standIn(NOW);
    const cwd = workplace({ ...sandbox.env, VORTEX_OUTPUT_DIR: './prices', VORTEX_FORMATS: 'parquet' });
    const wish = ['run', '--rm', 'download', '--start', '2024-06-03', '--now', NOW];
    expect((await compose(cwd, ...wish, 'SPY')).code).toBe(0);
    expect(dataFiles(join(cwd, 'prices'))).toEqual(['stocks/1d/SPY.parquet']);
    expect((await compose(cwd, ...wish, 'stock:XYZQ')).code).toBe(3);
    const planned = workplace({ ...sandbox.env, VORTEX_DRY_RUN: 'true' });
    expect((await compose(planned, ...wish, 'SPY')).code).toBe(0);
    expect(everythingIn(join(planned, 'data'))).toEqual([]);
  });

  it('--profile serve up runs the service, healthy; down ends it in order', async () => {
    const cwd = workplace({ VORTEX_SERVE_SCHEDULE: '0 6 * * 1-5', VORTEX_SERVE_TIMEZONE: 'America/New_York' });
    // The health is asked for every 30 s in the image.
    writeFileSync(
      join(cwd, 'docker-compose.override.yml'),
      'services: { serve: { healthcheck: { interval: 1s, start_period: 0s } } }\n',
    );
    const { PATH = '', DOCKER_HOST = '' } = process.env;
    writeFileSync(join(cwd, 'networks.yml'), NETWORKS);
    const env = { PATH, DOCKER_HOST, COMPOSE_FILE: 'docker-compose.yml:networks.yml:docker-compose.override.yml' };
    const up = await command('docker-compose', ['--profile', 'serve', 'up', '-d'], { cwd, env });
    expect(up.code).toBe(0);
    const { stdout } = await command('docker-compose', ['--profile', 'serve', 'ps', '-q'], { cwd, env });
    const id = stdout.trim();
    await vi.waitFor(async () => {
      expect(await dockerText('inspect', '--format', '{{.State.Health.Status}}', id)).toBe('healthy');
    }, HEALTH);
    await command('docker-compose', ['--profile', 'serve', 'stop'], { cwd, env });
    expect(await dockerText('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0');
    await command('docker-compose', ['--profile', 'serve', 'down', '--volumes'], { cwd, env });
    expect((await docker('inspect', id)).code).not.toBe(0);
  });
});
