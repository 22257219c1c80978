import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { onTestFinished } from 'vitest';

/** A write of bytes to an open file, as the program asks the system for it. */
type Write = (fd: number, content: Uint8Array, offset?: number) => number;

/**
 * Makes the disk full in the midst of one write: half of it is done, the rest refused. The writes before and after it go
 * through to the real disk.
 * @param isMeant true for the content of the write that fails
 */
export function failOneWrite(isMeant: (text: string) => boolean): void {
  const original = fs.writeSync;
  const write: Write = original.bind(fs);
  let done = false;
  const broken: Write = (fd, content, offset = 0) => {
    if (done || !isMeant(Buffer.from(content).toString())) return write(fd, content, offset);
    done = true;
    write(fd, content.subarray(0, Math.floor(content.length / 2)));
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  Reflect.set(fs, 'writeSync', broken);
  syncBuiltinESMExports();
  onTestFinished(() => {
    Reflect.set(fs, 'writeSync', original);
    syncBuiltinESMExports();
  });
}
