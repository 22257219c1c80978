import { statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The owner of a path, or of the nearest folder above it that can be looked at. */
function ownerOf(path: string): { readonly place: string; readonly uid: number; readonly gid: number } | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) return { place: path, uid: stats.uid, gid: stats.gid };
  } catch {
    // A folder that may not be entered: the one above it tells.
  }
  const above = dirname(path);
  return above === path ? undefined : ownerOf(above);
}

/** Why the system does not let this process write to a path (EACCES, EPERM, EROFS), and what to do about it: one sentence. */
export function refusal(path: string, code: string, flag = '--output-dir'): string {
  if (code === 'EROFS') {
    return `it cannot be written, the file system is read-only; mount a folder there that can be written, or choose another with ${flag}`;
  }
  const uid = typeof process.getuid === 'function' ? process.getuid() : undefined;
  const owner = ownerOf(path);
  if (uid === undefined || owner === undefined || owner.uid === uid) {
    const who = uid === undefined ? '' : ` by uid ${uid}`;
    return `it cannot be written${who}; make the folder writable for that user or choose another with ${flag}`;
  }
  return (
    `it cannot be written by uid ${uid}, as ${owner.place} belongs to uid ${owner.uid}; ` +
    `give the folder to that user (sudo chown -R ${uid} FOLDER, on the host where this is a container), ` +
    `run as its owner (docker run --user ${owner.uid}:${owner.gid}), or choose another with ${flag}`
  );
}
