import { visibleText } from '../market/outside-text.ts';

/** Takes the cursor to the head of an empty line. */
export const EMPTY_LINE = '\r\u001B[2K';

/** Where a command writes. */
export interface Output {
  /** Standard output: results, and nothing but JSON under --json. */
  readonly out: (text: string) => void;
  /** Standard error: problems, progress, everything for people while stdout carries JSON. */
  readonly err: (text: string) => void;
  /** Standard error is a terminal. */
  readonly isTerminal: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
}

/** Text for a terminal; what we draw ourselves begins with an empty line, all other control characters are shown. */
function shown(text: string): string {
  return text.startsWith(EMPTY_LINE) ? EMPTY_LINE + visibleText(text.slice(EMPTY_LINE.length)) : visibleText(text);
}

/** The process's own streams. A reader that has gone away (`vortex … | head`) is no error. */
export function processOutput(): Output {
  const gone = (error: Error): void => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
  };
  process.stdout.on('error', gone);
  process.stderr.on('error', gone);
  return {
    out: (text) => void process.stdout.write(shown(text)),
    err: (text) => void process.stderr.write(shown(text)),
    isTerminal: process.stderr.isTTY,
    columns: process.stderr.columns || 80,
  };
}

/** Writes a value as one line of JSON to stdout. */
export function writeJson(output: Output, value: unknown): void {
  // Beyond what JSON escapes itself: a terminal obeys these too.
  const text = JSON.stringify(value).replace(
    /[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  output.out(`${text}\n`);
}
