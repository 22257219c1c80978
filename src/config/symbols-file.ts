import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from '../market/errors.ts';

/**
 * Reads a list of symbols: one a line, `stock:AAPL` forms too; blank lines and what follows `#` are passed over.
 * @throws VortexError `usage` naming the file when it cannot be read
 */
export function readSymbolsFile(path: string, cwd: string): string[] {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, path), 'utf8');
  } catch (error) {
    throw usageError(`flag --symbols-file: ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}
