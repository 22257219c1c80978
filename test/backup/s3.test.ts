import { createServer } from 'node:http';
import { existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readS3Place, S3Target } from '../../src/backup/s3-target.ts';
import { serveBucket } from '../support/backups.ts';
import { contents, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { putSeries } from '../support/stored.ts';

const NOW = '2024-07-03T06:00:00Z';
/** What the bucket's server knows. */
const KNOWN = { region: 'us-east-1', path_style: true, access_key_id: 'S3RVER', secret_access_key: 'S3RVER' };

async function folderWithData(): Promise<string> {
  const cwd = temporaryFolder();
  await putSeries(join(cwd, 'data'), [
    { id: 'SPY', stamps: ['2024-07-01', '2024-07-02'], formats: ['csv', 'parquet'] },
    { id: 'KO', stamps: ['2024-07-01', '2024-07-02'] },
  ]);
  return cwd;
}

it('a backup goes to a bucket and comes back identical to the last byte', async () => {
  const cwd = await folderWithData();
  const { env, folder } = await serveBucket();
  const made = await vortex(['backup', 'create', '--now', NOW], { cwd, env });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toMatch(/2 series in 5 files.* to s3:\/\/backups\/vortex/);
  expect(readdirSync(join(folder, 'vortex')).length).toBeGreaterThan(0);
  expect((await vortex(['backup', 'verify'], { cwd, env })).stdout).toMatch(/good, 5 files/);
  expect((await vortex(['backup', 'restore', '--to', 'back'], { cwd, env })).code).toBe(0);
  expect(contents(join(cwd, 'back'))).toEqual(contents(join(cwd, 'data')));
  expect((await vortex(['verify', '-o', 'back'], { cwd })).code).toBe(0);
});

it('an object that was tampered with in the bucket is found and named: exit 3', async () => {
  const cwd = await folderWithData();
  const { env, folder } = await serveBucket();
  await vortex(['backup', 'create', '--now', NOW], { cwd, env });
  const archive = readdirSync(join(folder, 'vortex')).find((name) => /\.tar\.gz\._S3rver_object$/.test(name)) ?? '';
  truncateSync(join(folder, 'vortex', archive), 300);
  const { code, stderr } = await vortex(['backup', 'verify'], { cwd, env });
  expect(code).toBe(3);
  expect(stderr).toMatch(/stocks\/1d|\.vortex\/series/);
});

it('an unknown key is exit 4, a bucket that is not there exit 2, each with a sentence that says what to do', async () => {
  const cwd = await folderWithData();
  const { env } = await serveBucket();
  const wrong = { ...env, VORTEX_BACKUP_S3_ACCESS_KEY_ID: 'guessed' };
  expect(await vortex(['backup', 'create', '--now', NOW], { cwd, env: wrong })).toEqual({
    code: 4,
    stdout: '',
    stderr:
      'vortex: s3://backups/vortex: access is refused (InvalidAccessKeyId); look at backup.s3.access_key_id, its secret and its rights\n',
  });
  const nowhere = { ...env, VORTEX_BACKUP_TARGET: 's3://elsewhere' };
  expect(await vortex(['backup', 'create', '--now', NOW], { cwd, env: nowhere })).toEqual({
    code: 2,
    stdout: '',
    stderr: 'vortex: s3://elsewhere: there is no such bucket; make it, or name another in backup.target\n',
  });
});

// What AWS itself answers; the server of the other tests does not look at signatures of version 4.
const REFUSAL =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>';

it('an upload that breaks off leaves nothing in the list, and no part behind', async () => {
  const { endpoint, folder } = await serveBucket();
  const target = new S3Target('s3://backups/vortex', { endpoint, ...KNOWN });
  const broken = async function* (): AsyncGenerator<Buffer> {
    for (let part = 0; part < 3; part++) yield Buffer.alloc(16 * 1_048_576, part);
    await Promise.resolve();
    throw new Error('the disk is gone');
  };
  await expect(target.write('vortex-x.tar.gz', broken())).rejects.toThrow('the disk is gone');
  expect(await target.list()).toEqual([]);
  expect(existsSync(join(folder, 'vortex', 'vortex-x.tar.gz._S3rver_object'))).toBe(false);
});

it('an object of several parts is read back as it was written', async () => {
  const { endpoint } = await serveBucket();
  const target = new S3Target('s3://backups', { endpoint, ...KNOWN });
  const whole = Buffer.alloc(17 * 1_048_576, 'abcdefg');
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < whole.length; at += 65_536) yield whole.subarray(at, at + 65_536);
    await Promise.resolve();
  };
  expect(await target.write('long', pieces())).toBe(whole.length);
  const back: Buffer[] = [];
  for await (const piece of await target.read('long')) back.push(piece);
  expect(Buffer.concat(back).equals(whole)).toBe(true);
  expect(await target.list()).toMatchObject([{ name: 'long', bytes: whole.length }]);
  await target.remove(['long']);
  expect(await target.list()).toEqual([]);
});

it.each([
  ['that is down', 503, '', 3, /does not answer well/],
  ['that does not take the secret', 403, REFUSAL, 4, /access is refused \(SignatureDoesNotMatch\)/],
])('a store %s is told from others', async (_, status, body, exitCode, words) => {
  const cwd = await folderWithData();
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const env = {
    VORTEX_BACKUP_TARGET: 's3://backups',
    VORTEX_BACKUP_S3_ENDPOINT: `http://127.0.0.1:${port}`,
    VORTEX_BACKUP_S3_PATH_STYLE: 'true',
    VORTEX_BACKUP_S3_ACCESS_KEY_ID: 'a-key',
    VORTEX_BACKUP_S3_SECRET_ACCESS_KEY: 'a-secret',
  };
  const { code, stderr } = await vortex(['backup', 'create', '--now', NOW], { cwd, env });
  expect(code).toBe(exitCode);
  expect(stderr).toMatch(words);
  expect(stderr).not.toContain('a-secret');
});

it('prune removes from a bucket, a secret may stand in a file', async () => {
  const cwd = await folderWithData();
  const { env } = await serveBucket();
  const { VORTEX_BACKUP_S3_SECRET_ACCESS_KEY: secret = '', ...rest } = env;
  writeFileSync(join(cwd, 'secret'), `${secret}\n`);
  const filed = { ...rest, VORTEX_BACKUP_S3_SECRET_ACCESS_KEY_FILE: 'secret' };
  for (const day of ['01', '02', '03'])
    await vortex(['backup', 'create', '--now', `2024-07-${day}`], { cwd, env: filed });
  const { stdout } = await vortex(
    ['backup', 'prune', '--keep-days', '0', '--keep-last', '2', '--now', '2024-07-04', '--json'],
    { cwd, env: filed },
  );
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 1,
    exitCode: 0,
    removed: [expect.stringMatching(/^vortex-20240701T/)],
  });
  const list = await vortex(['backup', 'list'], { cwd, env: filed });
  expect(list.stdout.match(/vortex-2024\d{4}/g)).toEqual(['vortex-20240702', 'vortex-20240703']);
});

it.each([
  ['s3://b-1.x', { bucket: 'b-1.x', prefix: '' }],
  ['s3://bucket/', { bucket: 'bucket', prefix: '' }],
  ['s3://bucket/a/b/', { bucket: 'bucket', prefix: 'a/b/' }],
  ['s3://', undefined],
  ['s3:/bucket', undefined],
  ['s3://UPPER', undefined],
])('reads the place %s as %j', (place, expected) => {
  expect(readS3Place(place)).toEqual(expected);
});
