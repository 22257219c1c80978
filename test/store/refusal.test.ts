import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { refusal } from '../../src/store/refusal.ts';
import { temporaryFolder } from '../support/folder.ts';

const uid = process.getuid?.() ?? 0;

it('a read-only disk is told as one', () => {
  expect(refusal('/data/.vortex', 'EROFS')).toContain('read-only');
});

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
