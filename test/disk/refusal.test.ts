import { spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { refusal } from '../../src/disk/refusal.ts';
import { startChild } from '../support/child.ts';
import { temporaryFolder } from '../support/folder.ts';
import { programPath } from '../support/program.ts';
import { putSeries } from '../support/stored.ts';

const uid = process.getuid?.() ?? 0;

it('a read-only disk is told as one', () => {
  expect(refusal('/data/.vortex', 'EROFS')).toContain('read-only');
});

const mayMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'ro', 'none', '/mnt']).status === 0;

it.skipIf(!mayMount)(
  'a folder that is to be made on a read-only disk is told as that, not as missing (needs the right to mount in a name space of its own)',
  async () => {
    const place = temporaryFolder();
    const script = 'mount -t tmpfs -o ro none "$1" && exec "$2" "$3" backup create -o "$4" --target "$1/a/b"';
    const root = temporaryFolder();
    await putSeries(root, [{ id: 'SPY', stamps: ['2024-07-02'] }]);
    const args = ['-rm', 'sh', '-c', script, 'sh', place, process.execPath, programPath(), root];
    const { code, stderr } = await startChild('unshare', args).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/a\/b: it cannot be written, the file system is read-only; .* with --target/);
  },
);

it('a folder of our own that cannot be written is a matter of its mode', () => {
  const told = refusal(join(temporaryFolder(), 'not/there/yet'), 'EACCES');
  expect(told).toContain(`cannot be written by uid ${uid}`);
  expect(told).not.toContain('chown');
});

it('a folder of another user: who owns it, and both ways out', () => {
  const folder = temporaryFolder();
  // Only root can give a folder away; for anyone else the root folder is another user's.
  const place = uid === 0 ? folder : '/';
  const owner = uid === 0 ? 4321 : 0;
  if (uid === 0) chownSync(folder, owner, owner);
  const told = refusal(join(place, 'x'), 'EACCES');
  expect(told).toContain(`by uid ${uid}, as ${place} belongs to uid ${owner}`);
  expect(told).toContain(`chown -R ${uid}`);
  expect(told).toContain(`--user ${owner}:`);
});
