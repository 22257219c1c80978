import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contents, csvRows, dataFiles, everythingIn } from '../support/folder.ts';
import { readReport } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';
import { docker, dockerText, image, mountFolder, OWNER, shell, startImage } from './container.ts';

const NOW = '2024-07-03T06:00:00Z';
const WISH = ['--start', '2024-06-03', '--format', 'csv,parquet', '--now', NOW, '--json'];
const DOWNLOAD = ['download', 'SPY', 'EURUSD', ...WISH];

/** Uid and gid of everything that a run made. */
const ownersIn = (folder: string): string[] => [
  ...new Set(
    everythingIn(folder).map((path) => {
      const { uid, gid } = statSync(join(folder, path));
      return `${uid}:${gid}`;
    }),
  ),
];

describe('what the container is left with', () => {
  it('only /data and /tmp to write to', async () => {
    const look = await shell(
      `for place in / /app /app/config /etc /home/node /usr/local/bin /data /tmp; do
        (echo x > $place/probe) 2> /dev/null && echo $place
      done
      true`,
      '--volume',
      '/data',
    );
    expect(look.stdout).toBe('/data\n/tmp\n');
  });

  it('no capability, no way to gain one, a seccomp filter; its first process is node, which gets the signals', async () => {
    const service = await startImage({ args: ['sandbox', '--port', '0', '--ib-port', '0'], network: 'none' });
    const first = (file: string): Promise<string> =>
      dockerText('exec', service.name, 'node', '-p', `require('node:fs').readFileSync('/proc/1/${file}', 'utf8')`);
    expect((await first('cmdline')).split('\0').slice(0, 3)).toEqual(['node', '/app/dist/main.js', 'sandbox']);
    const status = new Map(
      [...(await first('status')).matchAll(/^(\w+):\s*(.*)$/gm)].map(([, key = '', value = '']) => [key, value]),
    );
    const nothing = '0000000000000000';
    const facts = ['CapEff', 'CapPrm', 'CapBnd', 'NoNewPrivs', 'Seccomp'].map((key) => status.get(key));
    expect(facts).toEqual([nothing, nothing, nothing, '1', '2']);
    expect(status.get('Uid')?.split(/\s+/)).toEqual(['1000', '1000', '1000', '1000']);
    await docker('kill', '--signal', 'TERM', service.name);
    expect(await service.ended()).toBe(0);
  });

  it('no program in it can take on the rights of another user', async () => {
    const script =
      "const { readdirSync, lstatSync } = require('node:fs'); const { join } = require('node:path');" +
      "for (const top of ['/app', '/data', '/tmp']) for (const entry of readdirSync(top, { recursive: true })) {" +
      'const path = join(top, entry); if (lstatSync(path).mode & 0o6000) console.log(path); }';
    const { code, stdout } = await image({ args: ['-e', script], options: ['--entrypoint', 'node'], network: 'none' });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});

describe('a hardened run', () => {
  it('downloads into the mounted folder, as the user of the image, what the sources have', async () => {
    const data = mountFolder();
    const sandbox = await standIn(NOW);
    const { code, stdout } = await image({ args: DOWNLOAD, data, env: sandbox.env });
    expect(code).toBe(0);
    expect(readReport(stdout)).toMatchObject({ status: 'ok', series: { updated: 2 } });
    expect(dataFiles(data)).toEqual(
      ['forex/1d/EURUSD', 'stocks/1d/SPY'].flatMap((name) => [`${name}.csv`, `${name}.parquet`]),
    );
    const truth = await sandbox.truth('stock/SPY?period=1d&from=2024-06-03&to=2024-07-03');
    expect(csvRows(join(data, 'stocks/1d/SPY.csv')).map((row) => [row['Datetime'], Number(row['Close'])])).toEqual(
      truth.map(({ time, close }) => [time, close]),
    );
    expect(ownersIn(data)).toEqual([`${OWNER}:${OWNER}`]);
  });

  it('of any other user as well, who then owns the files', async () => {
    const data = mountFolder(1234);
    const sandbox = await standIn(NOW);
    const options = ['--user', '1234'];
    expect((await image({ args: DOWNLOAD, data, env: sandbox.env, options })).code).toBe(0);
    expect(ownersIn(data)).toEqual(['1234:0']);
    const before = contents(data);
    expect((await image({ args: DOWNLOAD, data, env: sandbox.env, options })).code).toBe(0);
    expect(contents(data)).toEqual(before);
  });

  it('of any user writes to a volume, which is made from the /data of the image', async () => {
    const sandbox = await standIn(NOW);
    const volume = await dockerText('volume', 'create');
    const options = ['--volume', `${volume}:/data`, '--user', '1234'];
    const first = await image({ args: DOWNLOAD, env: sandbox.env, options });
    expect(first.code).toBe(0);
    const status = await image({ args: ['status', '--json'], options, network: 'none' });
    expect(status.stdout).toContain('"stocks/1d/SPY"');
    await docker('volume', 'rm', volume);
  });

  it('a folder that belongs to another user: one sentence that names both and the way out, exit 1, no request', async () => {
    const data = mountFolder(4321);
    const sandbox = await standIn(NOW);
    const { code, stdout, stderr } = await image({ args: DOWNLOAD, data, env: sandbox.env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/\/data\b.* uid 1000, as \/data belongs to uid 4321/);
    expect(stderr).toContain('chown -R 1000');
    expect(stderr).toContain('--user 4321:4321');
    expect(await sandbox.requests()).toBe(0);
    expect(everythingIn(data)).toEqual([]);
    // What it advises helps.
    const options = ['--user', '4321:4321'];
    expect((await image({ args: DOWNLOAD, data, env: sandbox.env, options })).code).toBe(0);
  });

  it('a folder that is mounted to be read only: exit 1, said so; status works', async () => {
    const data = mountFolder();
    const sandbox = await standIn(NOW);
    expect((await image({ args: DOWNLOAD, data, env: sandbox.env })).code).toBe(0);
    const options = ['--volume', `${data}:/data:ro`];
    const { code, stderr } = await image({ args: DOWNLOAD, env: sandbox.env, options });
    expect(code).toBe(1);
    expect(stderr).toMatch(/\/data.*read-only/);
    expect((await image({ args: ['status'], options, network: 'none' })).code).toBe(0);
  });
});

describe('secrets', () => {
  it.each([
    ['demo', 0],
    ['not-the-word', 4],
  ])(
    '%s: comes from a file that only the user of the container can read, and shows nowhere',
    async (word, exitCode) => {
      const data = mountFolder();
      const secrets = mountFolder();
      const file = join(secrets, 'barchart_password');
      writeFileSync(file, `${word}\n`, { mode: 0o400 });
      chownSync(file, OWNER, OWNER);
      const sandbox = await standIn(NOW);
      const { VORTEX_BARCHART_PASSWORD: _, ...env } = sandbox.env;
      const { code, stdout, stderr } = await image({
        args: ['download', 'GCQ24', '-p', 'barchart', ...WISH, '--log-level', 'trace'],
        data,
        env: {
          ...env,
          VORTEX_BARCHART_USERNAME: 'demo',
          VORTEX_BARCHART_PASSWORD_FILE: '/run/secrets/barchart_password',
        },
        options: ['--volume', `${secrets}:/run/secrets:ro`],
      });
      expect(code).toBe(exitCode);
      if (exitCode === 0) return;
      expect(`${stdout}${stderr}`).not.toContain(word);
      for (const path of everythingIn(data).filter((name) => !name.endsWith('/'))) {
        expect(readFileSync(join(data, path), 'utf8')).not.toContain(word);
      }
    },
  );
});
