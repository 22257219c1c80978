import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { foreignBars } from './bars.ts';
import { readForeignCsv } from './csv.ts';
import type { ForeignTool } from './names.ts';
import { dailyRows } from './pysystemtrade.ts';
import type { StampRule } from './stamps.ts';
import { VortexError } from '../market/errors.ts';

/** How much is read at either end of a file: some twenty rows. */
const PIECE = 1536;

/** The header, the first rows and the last rows; whole lines, with what lies between them left out. */
function endsOf(full: string): Buffer {
  const file = openSync(full, 'r');
  try {
    const { size } = fstatSync(file);
    if (size <= 2 * PIECE) return readFileSync(file);
    const [head, tail] = [Buffer.alloc(PIECE), Buffer.alloc(PIECE)];
    readSync(file, head, 0, PIECE, 0);
    readSync(file, tail, 0, PIECE, size - PIECE);
    return Buffer.concat([head.subarray(0, head.lastIndexOf('\n') + 1), tail.subarray(tail.indexOf('\n') + 1)]);
  } finally {
    closeSync(file);
  }
}

/** Stamp of the last good bar of a foreign file, from its two ends alone; undefined when they cannot be read. */
export function readLastStamp(folder: string, path: string, tool: ForeignTool, rule: StampRule): number | undefined {
  try {
    const read = readForeignCsv(endsOf(join(folder, path)), path);
    return foreignBars(tool === 'pysystemtrade' ? dailyRows(read).table : read, rule).bars.time.at(-1);
  } catch (error) {
    // A file that cannot be read is told of when its turn comes.
    if (error instanceof VortexError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}
