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

function read(path: string, decode: (bytes: Buffer) => string, wanted: string): TextFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = codeOf(error);
    return { fault: FAULTS[code] ?? `cannot be read: ${code}`, missing: code === 'ENOENT' || code === 'ENOTDIR' };
  }
  try {
    return { text: decode(bytes) };
  } catch {
    return { fault: `is not ${wanted} text; save it as UTF-8`, missing: false };
  }
}

const fromUtf8 = (bytes: Buffer): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

function fromUnicode(bytes: Buffer): string {
  const head = bytes.subarray(0, 2).toString('hex');
  const utf16 = head === 'fffe' ? 'utf-16le' : head === 'feff' ? 'utf-16be' : undefined;
  return utf16 === undefined ? fromUtf8(bytes) : new TextDecoder(utf16, { fatal: true }).decode(bytes);
}

/** Reads a small UTF-8 file; a byte order mark at its head is left out. */
export function readText(path: string): TextFile {
  return read(path, fromUtf8, 'UTF-8');
}

/** Reads a small file in UTF-8, or in UTF-16 with a byte order mark, which is left out. */
export function readUnicodeText(path: string): TextFile {
  return read(path, fromUnicode, 'UTF-8 or UTF-16');
}

/** A path for people: relative where it lies below the working directory. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
