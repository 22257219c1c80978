import { chownSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dataFiles } from '../support/folder.ts';
import { standIn } from '../support/stand-in.ts';
import { CHECKOUT, command, mountFolder, OWNER } from './container.ts';

const SECTION = /^## In a container\n([^]*?)^## /m;
const NEEDED = ['Dockerfile', '.dockerignore', 'docker-compose.yml', 'package.json', 'package-lock.json', 'LICENSE'];

/** The lines of the section, as a reader copies them. */
function linesOfReadme(): string[] {
  const section = SECTION.exec(readFileSync(join(CHECKOUT, 'README.md'), 'utf8'))?.[1] ?? '';
  return [...section.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block = '']) =>
    block.split('\n').filter((line) => line.trim() !== ''),
  );
}

function giveTo(path: string, uid: number): void {
  chownSync(path, uid, uid);
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) giveTo(join(path, name), uid);
}

/** A checkout that belongs to an ordinary user, with a .env and a password. */
function checkoutOfUser(env: Readonly<Record<string, string>>): string {
  const folder = mountFolder();
  for (const name of [...NEEDED, 'esbuild.config.js', 'src', 'sandbox', 'config', 'docker']) {
    cpSync(join(CHECKOUT, name), join(folder, name), { recursive: true });
  }
  const lines = Object.entries({ VORTEX_OUTPUT_DIR: './data', VORTEX_USERNAME: 'demo', VORTEX_PASSWORD: '', ...env });
  writeFileSync(join(folder, '.env'), lines.map(([name, value]) => `${name}=${value}\n`).join(''));
  writeFileSync(join(folder, 'password.txt'), 'demo\n', { mode: 0o600 });
  giveTo(folder, OWNER);
  return folder;
}

/**
 * A `docker` on the PATH that is the real one, but for the network: this engine has none of its own, so builds and runs use the
 * machine's, and runs find the sandbox by the environment that it prints.
 */
function dockerOnPath(env: Readonly<Record<string, string>>): string {
  const bin = mountFolder();
  const names = join(bin, 'sandbox.env');
  writeFileSync(
    names,
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  writeFileSync(
    join(bin, 'docker'),
    `#!/bin/sh
verb=$1
shift
case $verb in
  build)
    # With the labels of the image that the other tests look at.
    DOCKER_BUILDKIT=1 exec "$DOCKER" build --network host --quiet --build-arg "VERSION=$IMAGE_VERSION" \\
      --build-arg "REVISION=$IMAGE_REVISION" "$@"
    ;;
  run) exec "$DOCKER" run --network host --env-file ${names} "$@" ;;
  *) exec "$DOCKER" "$verb" "$@" ;;
esac
`,
    { mode: 0o755 },
  );
  return bin;
}

it(
  'README: every line of the container section does what it says, for an ordinary user',
  { timeout: 240_000 },
  async () => {
    const sandbox = await standIn(new Date().toISOString());
    // The account is in .env, as the section has it.
    const env = Object.fromEntries(Object.entries(sandbox.env).filter(([name]) => !/USERNAME|PASSWORD/.test(name)));
    const cwd = checkoutOfUser(env);
    const bin = dockerOnPath(env);
    const networks = join(bin, 'networks.yml');
    writeFileSync(networks, 'services: { download: { network_mode: host }, serve: { network_mode: none } }\n');
    mkdirSync(join(bin, 'home'));
    giveTo(bin, OWNER);
    const lines = linesOfReadme();
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) {
      const { code, stderr } = await command('bash', ['-c', line], {
        cwd,
        uid: OWNER,
        env: {
          PATH: `${bin}:${process.env['PATH'] ?? ''}`,
          HOME: join(bin, 'home'),
          DOCKER_CONFIG: join(bin, 'home'),
          COMPOSE_FILE: `docker-compose.yml:${networks}`,
        },
      });
      expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' });
    }
    const files = dataFiles(join(cwd, 'data'));
    expect(files).toEqual(expect.arrayContaining(['stocks/1d/SPY.csv', 'demo/stocks/1d/SPY.csv']));
    expect(files.some((path) => path.startsWith('futures/1d/GOLD/'))).toBe(true);
    expect(files.filter((path) => statSync(join(cwd, 'data', path)).uid !== OWNER)).toEqual([]);
  },
);
