import { readFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';

/** A file's text, or why there is none. */
export type TextFile = { readonly text: string } | { readonly fault: string; readonly missing: boolean };

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file: a part of its path is no folder',
  EISDIR: 'is a folder, not a file',
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';

/** Reads a small UTF-8 file; a byte order mark at its head is left out. */
export function readText(path: string): TextFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = codeOf(error);
    return { fault: FAULTS[code] ?? `cannot be read: ${code}`, missing: code === 'ENOENT' || code === 'ENOTDIR' };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { fault: 'is not UTF-8 text; save it as UTF-8', missing: false };
  }
}

/** A path for people: relative where it lies below the working directory. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
