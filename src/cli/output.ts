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

/** The process's own streams. A reader that has gone away (`vortex … | head`) is no error. */
export function processOutput(): Output {
  const gone = (error: Error): void => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
  };
  process.stdout.on('error', gone);
  process.stderr.on('error', gone);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    columns: process.stderr.columns || 80,
  };
}

/** Writes a value as one line of JSON to stdout. */
export function writeJson(output: Output, value: unknown): void {
  output.out(`${JSON.stringify(value)}\n`);
}
