import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { VortexError } from '../market/errors.ts';

/**
 * Writes metrics to a file, for node_exporter's textfile collector: the file is the old one or the new one, whole.
 * @param path ends in `.prom` where a collector is to read it
 * @throws VortexError `folder-unusable`; the old file is left as it was
 */
export function writeTextfile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    // A rename would put a file in the place of /dev/null for everybody.
    if (there !== undefined && !there.isFile()) throw new Error('something that is no file stands there');
    const fd = openSync(temporary, 'w', 0o644);
    try {
      // The collector is another user, and a unit with UMask=0027 would shut it out.
      fchmodSync(fd, 0o644);
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new VortexError(`the metrics cannot be written to ${path}: ${said}; is its folder there and writable?`, {
      code: 'folder-unusable',
      disposition: 'skip-series',
      cause,
    });
  }
}
