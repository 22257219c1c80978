import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { groupUrl, pushOf, shardPush } from '../../src/metrics/pushgateway.ts';
import { writeTextfile } from '../../src/metrics/textfile.ts';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { answer, serve } from '../support/loopback.ts';
import { vortex } from '../support/program.ts';
import { readReport } from '../support/report.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const ARGS = ['download', 'SPY', '--start', '2024-06-03', '--now', NOW, '--json', '--log-level', 'warn'];

const value = (text: string, name: string): number =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);

describe('the group at a Pushgateway', () => {
  it.each([
    ['http://push:9091', undefined, 'http://push:9091/metrics/job/vortex'],
    ['http://push:9091/', undefined, 'http://push:9091/metrics/job/vortex'],
    ['https://host/prefix', undefined, 'https://host/prefix/metrics/job/vortex'],
    [
      'http://push:9091/metrics/job/nightly/instance/nas',
      undefined,
      'http://push:9091/metrics/job/nightly/instance/nas',
    ],
    ['http://push:9091', '1of4', 'http://push:9091/metrics/job/vortex/shard/1of4'],
  ])('%s, shard %s', (url, shard, expected) => {
    expect(groupUrl({ url, shard })).toBe(expected);
  });

  it('is one for each machine, unless its address says whose it is: one machine must not hide the failure of another', () => {
    expect(groupUrl({ url: 'http://push:9091', host: 'nas 1' })).toBe(
      'http://push:9091/metrics/job/vortex/instance/nas%201',
    );
    const own = 'http://push:9091/metrics/job/vortex/namespace/vortex-dev';
    expect(groupUrl({ url: own, host: 'nas' })).toBe(own);
    expect(groupUrl({ url: own, component: 'backup' })).toBe(`${own}/component/backup`);
  });

  it('of a shard goes when the shard went well, and stays when it failed', () => {
    const target = { url: 'http://push:9091', username: undefined, password: undefined, shard: '1of4' };
    const url = 'http://push:9091/metrics/job/vortex/shard/1of4';
    expect(shardPush(target, 'x 1\n', true)).toMatchObject({ method: 'DELETE', url, body: '' });
    expect(shardPush(target, 'x 1\n', false)).toMatchObject({ method: 'PUT', url, body: 'x 1\n' });
  });

  it('is replaced by what says everything, else only added to', () => {
    const target = { url: 'http://push:9091', username: 'me', password: 'pass word' };
    expect(pushOf(target, 'x 1\n', true)).toMatchObject({
      method: 'PUT',
      headers: { authorization: `Basic ${Buffer.from('me:pass word').toString('base64')}` },
    });
    expect(pushOf(target, 'x 1\n', false).method).toBe('POST');
  });
});

describe('download tells how it went', () => {
  it('to a file, whole, that keeps the last success when a run fails', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'collector'));
    const sandbox = await standIn(NOW);
    const run = (...more: string[]) =>
      vortex([...ARGS, ...more, '--force', '--metrics-file', 'collector/vortex.prom'], { cwd, env: sandbox.env });
    const read = () => readFileSync(join(cwd, 'collector/vortex.prom'), 'utf8');
    const good = await run();
    expect(good.code).toBe(0);
    const success = value(read(), 'vortex_run_last_success_timestamp_seconds');
    expect(success).toBeCloseTo(Date.parse(readReport(good.stdout).finishedAt) / 1000, 2);
    expect(value(read(), 'vortex_run_last_exit_code')).toBe(0);

    expect((await run('NOSUCH')).code).not.toBe(0);
    expect(value(read(), 'vortex_run_last_success_timestamp_seconds')).toBe(success);
    expect(value(read(), 'vortex_run_last_exit_code')).not.toBe(0);
    expect(everythingIn(join(cwd, 'collector'))).toEqual(['vortex.prom']);
  });

  it('to a file that the collector, another user, can read under the UMask of the shipped unit', () => {
    const path = join(temporaryFolder(), 'vortex.prom');
    const before = process.umask(0o027);
    try {
      writeTextfile(path, 'x 1\n');
    } finally {
      process.umask(before);
    }
    expect(lstatSync(path).mode & 0o777).toBe(0o644);
  });

  it('to no device: a file does not take its place', () => {
    const link = join(temporaryFolder(), 'vortex.prom');
    symlinkSync('/dev/null', link);
    expect(() => {
      writeTextfile(link, 'x 1\n');
    }).toThrow('something that is no file stands there');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('to a heartbeat after a success, and not after a failure', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const heart = await serve((_, response) => {
      answer(response, 200, 'OK');
    });
    const args = [...ARGS, '--heartbeat-url', `${heart.url}/ping/5ecret-uuid`];
    expect((await vortex(args, { cwd, env: sandbox.env })).code).toBe(0);
    expect(heart.requests).toEqual(['/ping/5ecret-uuid']);
    await vortex([...args, 'NOSUCH'], { cwd, env: sandbox.env });
    expect(heart.requests.length).toBe(1);
  });

  it.each([
    [
      'a Pushgateway that is down',
      () => Promise.resolve(['--pushgateway', 'http://127.0.0.1:9']),
      /Pushgateway was not told: nobody listens/,
    ],
    [
      'a Pushgateway that says no',
      async () => [
        '--pushgateway',
        (
          await serve((_, response) => {
            answer(response, 503, 'no');
          })
        ).url,
      ],
      /Pushgateway was not told: it answered with status 503/,
    ],
    [
      'a heartbeat that hangs',
      async () => ['--heartbeat-url', `${(await serve(() => undefined)).url}/5ecret-uuid`],
      /heartbeat was not sent: (not a byte|not complete) (for|within) 5 s/,
    ],
    [
      'a metrics file whose folder is not there',
      () => Promise.resolve(['--metrics-file', 'no/such/vortex.prom']),
      /cannot be written to no\/such\/vortex\.prom/,
    ],
  ])('%s changes nothing in the run, and is said', async (_, flags, words) => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const { code, stdout, stderr } = await vortex([...ARGS, ...(await flags())], { cwd, env: sandbox.env });
    expect([code, readReport(stdout).status]).toEqual([0, 'ok']);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('5ecret-uuid');
  });

  it('to a Pushgateway also when it could not begin, without taking away what is known', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const pushed: string[] = [];
    const gateway = await serve((path, response, request) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        pushed.push(`${request.method ?? ''} ${path}\n${body}`);
        answer(response, 200, '');
      });
    });
    writeFileSync(join(cwd, 'data'), '');
    const { code } = await vortex([...ARGS, '--pushgateway', gateway.url], { cwd, env: sandbox.env });
    expect(code).toBe(1);
    expect(pushed).toEqual([expect.stringMatching(/^POST \/metrics\/job\/vortex\n/)]);
    expect(value(pushed[0] ?? '', 'vortex_run_last_exit_code')).toBe(1);
  });
});
