// A child that brings a folder from version to version, and dies in the middle of the step that it is told.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { VortexError } from '../../src/market/errors.ts';
import { lockFolder } from '../../src/store/lock.ts';
import { appendVersion } from './long-versions.ts';
import { commitVersion } from './versions.ts';

const STEPS = [
  'open',
  'openSync',
  'writeSync',
  'renameSync',
  'rmSync',
  'mkdirSync',
  'ftruncateSync',
  'futimesSync',
  'fsync',
];

const [root = '', first = '1', deadly = '0', rounds = '1', kind = 'short'] = process.argv.slice(2);
const commit = kind === 'long' ? appendVersion : commitVersion;
const write = fs.writeSync.bind(fs);
const steps: string[] = [];

/** Ends this process as a power cut would; of a write, half has been done by then. */
function die(args: readonly unknown[]): void {
  const [fd, content, , , position] = args;
  if (typeof fd === 'number' && content instanceof Uint8Array) {
    write(fd, content, 0, Math.floor(content.length / 2), typeof position === 'number' ? position : null);
  }
  process.kill(process.pid, 'SIGKILL');
}

for (const name of STEPS) {
  const original: unknown = Reflect.get(fs, name);
  if (typeof original !== 'function') throw new Error(`no ${name}`);
  const counted = new Proxy(original, {
    apply(target, self, args: unknown[]): unknown {
      steps.push(name);
      if (steps.length === Number(deadly)) die(name === 'writeSync' ? args : []);
      return Reflect.apply(target, self, args);
    },
  });
  Reflect.set(fs, name, counted);
}
syncBuiltinESMExports();

try {
  for (let round = 0; round < Number(rounds); round++) {
    const version = Number(first) + round;
    const lock = lockFolder(root, `child-${version}`);
    try {
      await commit(root, `child-${version}`, version);
    } finally {
      lock.release();
    }
    process.stdout.write(`${version}\n`);
  }
  process.stdout.write(`${steps.join()}\n`);
} catch (error) {
  process.stdout.write(error instanceof VortexError ? `${error.code} ${error.message}\n` : String(error));
  process.exitCode = 1;
}
