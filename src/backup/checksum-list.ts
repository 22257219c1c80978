/** One line of the list of checksums, as `sha256sum` writes and reads it. */
export interface ListLine {
  readonly sha256: string;
  readonly path: string;
}

/** A line with its line feed. Paths hold neither line feeds nor backslashes: names on disk are percent-encoded. */
export const writeLine = ({ sha256, path }: ListLine): string => `${sha256}  ${path}\n`;

/** Reads a line; undefined for what is none. */
export function readLine(line: string): ListLine | undefined {
  const [, sha256, path] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
  return sha256 === undefined || path === undefined ? undefined : { sha256, path };
}

/** The lines of a text that comes in pieces. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/**
 * The list of a backup beside its files. Where both are in the same order only one line is held at a time; where they are
 * not, what was passed over.
 */
export class ExpectedFiles {
  readonly #lines: AsyncIterator<string, unknown>;
  readonly #passed = new Map<string, string>();
  #ended = false;
  /** Lines that are none. */
  unreadable = 0;

  constructor(lines: AsyncIterable<string, unknown>) {
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** Checksum that a file is to have; undefined when the list does not have it (any more). */
  async take(path: string): Promise<string | undefined> {
    const passed = this.#passed.get(path);
    if (passed !== undefined) {
      this.#passed.delete(path);
      return passed;
    }
    for (let line = await this.#next(); line !== undefined; line = await this.#next()) {
      if (line.path === path) return line.sha256;
      this.#passed.set(line.path, line.sha256);
    }
    return undefined;
  }

  /** Files that were never asked for. */
  async rest(): Promise<string[]> {
    for (let line = await this.#next(); line !== undefined; line = await this.#next()) {
      this.#passed.set(line.path, line.sha256);
    }
    return [...this.#passed.keys()];
  }

  async #next(): Promise<ListLine | undefined> {
    while (!this.#ended) {
      const result = await this.#lines.next();
      if (result.done === true) this.#ended = true;
      else {
        const line = readLine(result.value);
        if (line !== undefined) return line;
        this.unreadable += 1;
      }
    }
    return undefined;
  }
}
