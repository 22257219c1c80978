// Loaded into the program before anything else: counts its steps on the file system, and at one of them ends the process as a
// power cut would, or makes the step fail. Told by CRASH_STEP, CRASH_HOW (SIGKILL or a code such as EIO) and CRASH_COUNT, a
// file for the number of steps.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const STEPS = [
  'open',
  'openSync',
  'writeSync',
  'writeFileSync',
  'appendFileSync',
  'renameSync',
  'rmSync',
  'unlinkSync',
  'mkdirSync',
  'ftruncateSync',
  'futimesSync',
  'fsync',
  'fsyncSync',
  'close',
  'linkSync',
];
const { CRASH_STEP = '0', CRASH_HOW = 'SIGKILL', CRASH_COUNT } = process.env;
const write = fs.writeSync.bind(fs);
const { writeFileSync } = fs;
let count = 0;

/** Of a write, half has been done by then. */
function die(args) {
  const [fd, content, , , position] = args;
  if (typeof fd === 'number' && content instanceof Uint8Array) {
    write(fd, content, 0, Math.floor(content.length / 2), typeof position === 'number' ? position : null);
  }
  process.kill(process.pid, 'SIGKILL');
}

function fail(name, args) {
  const error = Object.assign(new Error(`${CRASH_HOW}: made to fail, ${name}`), { code: CRASH_HOW, syscall: name });
  const done = args.at(-1);
  if (typeof done !== 'function') throw error;
  process.nextTick(done, error);
}

for (const name of STEPS) {
  const original = fs[name];
  fs[name] = function (...args) {
    // Node reads the program's own modules by these too; that is no step of the run.
    if (name === 'openSync' && (new Error().stack ?? '').includes('node:internal/modules'))
      return original.apply(this, args);
    count += 1;
    if (count !== Number(CRASH_STEP)) return original.apply(this, args);
    if (CRASH_HOW === 'SIGKILL') return die(args);
    return fail(name, args);
  };
}
syncBuiltinESMExports();
if (CRASH_COUNT !== undefined) process.on('exit', () => writeFileSync(CRASH_COUNT, String(count)));
