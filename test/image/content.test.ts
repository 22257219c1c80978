import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHECKOUT, command, docker, dockerText, image, shell } from './container.ts';

const BASE = 'node:24-bookworm-slim';
const MEGABYTE = 1_000_000;

const inspected = z.tuple([
  z.object({
    Config: z.object({
      User: z.string(),
      Env: z.array(z.string()),
      Entrypoint: z.array(z.string()),
      Cmd: z.array(z.string()),
      WorkingDir: z.string(),
      Volumes: z.null().optional(),
      Labels: z.record(z.string(), z.string()),
      Healthcheck: z.object({ Test: z.array(z.string()) }),
    }),
  }),
]);
const lockFile = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().optional(), optional: z.boolean().optional() })),
});
const bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.object({ component: z.object({ name: z.string() }) }),
  components: z.array(z.object({ name: z.string(), version: z.string() })),
});

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const sizeOf = async (name: string): Promise<number> =>
  Number(await dockerText('image', 'inspect', '--format', '{{.Size}}', name));

describe('what the image holds', () => {
  let files: string[] = [];
  beforeAll(async () => {
    // A container that is only made: its files as they are, without anything that a start adds.
    const id = await dockerText('create', 'vortex');
    const { DOCKER = '' } = process.env;
    const { stdout } = await command('sh', ['-c', `"${DOCKER}" export ${id} | tar -t`]);
    await docker('rm', id);
    files = lines(stdout);
  });

  it('is the program, its settings, the packages it asks for, licences and the list of parts', () => {
    const own = files.filter((path) => path.startsWith('app/') && path !== 'app/');
    expect([...new Set(own.map((path) => path.split('/')[1]))].sort()).toEqual(
      [
        ...['LICENSE', 'THIRD-PARTY-LICENSES.txt', 'config', 'data', 'dist', 'docker', 'node_modules', 'package.json'],
        'sbom.cdx.json',
      ].sort(),
    );
    expect(own.filter((path) => /^app\/docker\/./.test(path))).toEqual([
      'app/docker/entrypoint.sh',
      'app/docker/health.mjs',
    ]);
  });

  it('is no source, no source map, no test, no history, no .env and no key', () => {
    const odd = files.filter(
      (path) =>
        path.startsWith('app/') &&
        /(^|\/)(\.env.*|\.git|\.npmrc|\.npm|src\/cli|tests?|__tests__)(\/|$)|\.(ts|map|pem|key|p12)$|\.test\.[cm]?js$/.test(
          path,
        ),
    );
    expect(odd).toEqual([]);
    expect(files.filter((path) => /^(root|home\/node)\/\.(npm|cache|npmrc)/.test(path))).toEqual([]);
  });

  it('is no package that only development needs', () => {
    const { packages } = lockFile.parse(JSON.parse(readFileSync(join(CHECKOUT, 'package-lock.json'), 'utf8')));
    const held = files
      .filter((path) => /^app\/(.*\/)?node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(path))
      .map((path) => path.slice('app/'.length, -'/package.json'.length));
    expect(held.length).toBeGreaterThan(3);
    expect(held.filter((path) => packages[path]?.dev !== undefined || packages[path] === undefined)).toEqual([]);
  });

  it('is at most 60 MB more than its base', async () => {
    const [base, own] = [await sizeOf(BASE), await sizeOf('vortex')];
    expect((own - base) / MEGABYTE).toBeLessThanOrEqual(60);
    expect(own).toBeGreaterThan(base);
  });

  it('is owned by root, and no user of it can change the program', async () => {
    const writable = await shell(
      'for path in /app /app/* /app/dist/* /app/config/* /app/docker/*; do [ -w "$path" ] && echo "$path"; done; true',
    );
    expect(writable).toEqual({ code: 0, stdout: '', stderr: '' });
    const { stdout } = await shell('stat -c "%u:%g %a %n" /app /app/dist/main.js /app/docker/entrypoint.sh /data');
    expect(lines(stdout)).toEqual([
      '0:0 755 /app',
      '0:0 755 /app/dist/main.js',
      '0:0 755 /app/docker/entrypoint.sh',
      '1000:0 775 /data',
    ]);
  });

  it('tells what it is made of: every package that is not for development, with its licence', async () => {
    const { stdout } = await shell('cat /app/sbom.cdx.json');
    const { components, metadata } = bill.parse(JSON.parse(stdout));
    expect(metadata.component.name).toBe('vortex-history');
    const { packages } = lockFile.parse(JSON.parse(readFileSync(join(CHECKOUT, 'package-lock.json'), 'utf8')));
    const wanted = Object.entries(packages).filter(([path, { dev, optional }]) => path !== '' && !dev && !optional);
    const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const named = [...new Set(components.map(({ name }) => name))].sort();
    expect(named).toEqual(expect.arrayContaining([...new Set(wanted.map(([path]) => nameOf(path)))].sort()));
    for (const name of ['vitest', 'eslint', 'typescript', 'esbuild']) expect(named).not.toContain(name);
    const licences = (await shell('cat /app/THIRD-PARTY-LICENSES.txt')).stdout;
    expect(licences).toContain('== node_modules/axios/LICENSE');
    expect(licences).not.toContain('== node_modules/vitest/');
  });
});

describe('what the image says of itself', () => {
  it('user, entry point, folder, health and labels', async () => {
    const [{ Config }] = inspected.parse(JSON.parse(await dockerText('image', 'inspect', 'vortex')));
    expect(Config).toMatchObject({
      User: '1000:1000',
      Entrypoint: ['/app/docker/entrypoint.sh'],
      Cmd: ['download'],
      WorkingDir: '/app',
      Healthcheck: { Test: ['CMD', 'node', '/app/docker/health.mjs'] },
    });
    expect(Config.Env).toEqual(
      expect.arrayContaining(['VORTEX_OUTPUT_DIR=/data', 'VORTEX_SERVE_HOST=0.0.0.0', 'NODE_ENV=production']),
    );
    const { IMAGE_VERSION, IMAGE_REVISION } = process.env;
    expect(Config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'vortex',
      'org.opencontainers.image.licenses': 'MIT',
      'org.opencontainers.image.source': 'https://github.com/vortex-history/vortex',
      'org.opencontainers.image.version': IMAGE_VERSION,
      'org.opencontainers.image.revision': IMAGE_REVISION,
    });
  });
});

describe('every command is there', () => {
  const commandsOf = (help: string): string[] =>
    [...(help.split('Commands:')[1] ?? '').matchAll(/^ {2}([a-z]+)(?=[ [])/gm)].map(([, name = '']) => name);

  it('each tells its help, and the groups their members', async () => {
    const { stdout } = await image({ args: ['--help'], network: 'none' });
    const names = commandsOf(stdout).filter((name) => name !== 'help');
    expect(names).toEqual(
      expect.arrayContaining(['download', 'plan', 'status', 'verify', 'rebuild', 'sandbox', 'demo']),
    );
    const script = names
      .map((name) => `node /app/dist/main.js ${name} --help > /dev/null || echo "${name}"`)
      .join('\n');
    expect(await shell(script)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('no chunk of the program asks for a package that is not there', async () => {
    // Loading a chunk loads what it imports; main.js would run.
    const { code, stdout, stderr } = await image({
      args: [
        '-e',
        `const { readdirSync, readFileSync } = require('node:fs');
         const { dependencies } = JSON.parse(readFileSync('/app/package.json', 'utf8'));
         const asked = JSON.parse(readFileSync('/app/dist/packages.json', 'utf8')).filter((name) => dependencies[name]);
         (async () => {
           for (const name of asked) await import(name);
           for (const name of readdirSync('/app/dist/chunks')) await import('/app/dist/chunks/' + name);
           console.log(asked.length > 1);
         })();`,
      ],
      options: ['--entrypoint', 'node'],
      network: 'none',
    });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
  });

  it.each([
    ['json', /^\{"level":30/m],
    ['pretty', /INFO.*stocks\/1d\/SPY updated/],
  ])('the demo runs without a network, its log as %s', async (format, line) => {
    const { code, stdout, stderr } = await image({
      args: ['demo', '--log-level', 'info'],
      env: { VORTEX_LOGGING_FORMAT: format },
      // A volume takes its owner from the image.
      options: ['--volume', '/data'],
      network: 'none',
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(line);
    expect(stdout).toContain('/data/demo');
  });
});
