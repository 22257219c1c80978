import { readWhole } from '../disk/files.ts';
import type { Manifest } from './manifest-form.ts';
import { REVISIONS_HEADER, revisionsPath } from './revisions.ts';

/** The log of revisions of a series as it is once the series has moved to another provider: one line more. */
export function movedRevision(root: string, manifest: Manifest, to: string, run: string, now: number): Buffer {
  const { series, revision_bytes: committed = 0, provider = '' } = manifest;
  const before = readWhole(revisionsPath(root, series))?.subarray(0, committed) ?? Buffer.alloc(0);
  const line = `${new Date(now).toISOString()},${run},,moved,,${provider},${to}\n`;
  return Buffer.concat([before.length === 0 ? Buffer.from(REVISIONS_HEADER) : before, Buffer.from(line)]);
}
