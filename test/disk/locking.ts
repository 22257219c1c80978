// A child that takes and gives back the lock of a folder as it is told, line by line.
import { createInterface } from 'node:readline';
import { VortexError } from '../../src/market/errors.ts';
import { lockFolder } from '../../src/store/lock.ts';
import type { FolderLock } from '../../src/store/lock.ts';

const [root = ''] = process.argv.slice(2);
let lock: FolderLock | undefined;

function take(): string {
  try {
    lock = lockFolder(root, `child-${process.pid}`);
    return 'held';
  } catch (error) {
    return error instanceof VortexError ? `${error.code} ${error.message}` : String(error);
  }
}

process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'take') process.stdout.write(`${take()}\n`);
  else {
    lock?.release();
    lock = undefined;
    process.stdout.write('dropped\n');
  }
}
