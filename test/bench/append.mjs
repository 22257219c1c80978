// One new day of 1m bars onto a series of five years and onto one of a month, CSV and Parquet, by the program itself.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure, pair } from './measure.mjs';

const DAY = 86_400_000;
const MINUTE = 60_000;
const END = Date.UTC(2025, 0, 1);

/** A file of the older tool with a bar for each minute of [from, END). */
function writeOlder(folder, from) {
  mkdirSync(join(folder, 'stocks/1m'), { recursive: true });
  const lines = ['Datetime,Open,High,Low,Close,Volume'];
  for (let at = from; at < END; at += MINUTE) {
    const price = 1000 + ((at / MINUTE) % 997) / 4;
    lines.push(
      `${new Date(at).toISOString().slice(0, 19)}+0000,${price},${price + 0.5},${price - 0.5},${price + 0.25},${(at / MINUTE) % 31}`,
    );
  }
  writeFileSync(join(folder, 'stocks/1m/BTC-USD.csv'), `${lines.join('\n')}\n`);
  return lines.length - 1;
}

/** @param env points the program at a server that answers one-minute bars */
export function benchAppend(vortex, folder, env) {
  const settings = { ...env, VORTEX_FORMATS: 'csv,parquet', VORTEX_OUTPUT_DIR: 'data' };
  const base = (name, days) => {
    const cwd = join(folder, name);
    mkdirSync(cwd, { recursive: true });
    const rows = writeOlder(join(cwd, 'older'), END - days * DAY);
    const now = new Date(END + DAY).toISOString();
    measure(cwd, [vortex, 'import', 'older', '-p', 'yahoo', '--now', now], settings);
    return { cwd, rows };
  };
  const [long, short] = [base('five-years', 1826), base('a-month', 31)];
  const day = (cwd) => (turn) => {
    const now = new Date(END + (turn + 1) * DAY).toISOString();
    return measure(cwd, [vortex, 'download', 'BTC-USD', '--period', '1m', '-p', 'yahoo', '--now', now], settings);
  };
  return { rows: long.rows, shortRows: short.rows, ...pair(day(long.cwd), day(short.cwd)) };
}
