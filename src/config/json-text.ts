/** A place in a JSON text that is wrong. Line and column count from 1. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly what: string;
}

/** What a look through a JSON text found. */
export interface JsonCheck {
  /** The text with blanks for its comments, for JSON.parse; line ends stay. */
  readonly plain: string;
  /** The first place at which the text is no JSON. */
  readonly fault?: JsonFault;
  /** Keys that occur twice in one object, at the second place; JSON.parse keeps the later one without a word. */
  readonly repeated: readonly JsonFault[];
}

/** A stretch of a JSON text: a comment, or a text that is a value. */
export interface JsonPiece {
  /** Offset of the first character, and of the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Keys and places in lists that lead to the value; absent for a comment. */
  readonly path?: readonly (string | number)[];
}

/** Deeper than any settings; keeps every walk over a file short of the end of the stack. */
const DEEPEST = 100;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** What a key says whose escapes stand as written. */
function unescaped(key: string): string {
  if (!key.includes('\\')) return key;
  const read: unknown = JSON.parse(`"${key}"`);
  return typeof read === 'string' ? read : key;
}

class Fault extends Error {
  readonly at: number;
  constructor(at: number, what: string) {
    super(what);
    this.at = at;
  }
}

/** Walks a JSON text by the grammar of RFC 8259, with comments as in JavaScript wherever white space may stand. */
class Walk {
  readonly repeated: { at: number; what: string }[] = [];
  readonly comments: { from: number; to: number }[] = [];
  readonly texts: JsonPiece[] = [];
  readonly #path: (string | number)[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#space();
    this.#value(0);
    if (this.#at < this.#text.length) throw this.#fault('nothing more after the end of the value');
  }

  #fault(wanted: string): Fault {
    const found = this.#text.slice(this.#at, this.#at + 1);
    return new Fault(
      this.#at,
      `expected ${wanted}, found ${found === '' ? 'the end of the file' : JSON.stringify(found)}`,
    );
  }

  #space(): void {
    do while (/[ \t\n\r]/.test(this.#text.charAt(this.#at))) this.#at++;
    while (this.#comment());
  }

  #comment(): boolean {
    const from = this.#at;
    const isLong = this.#text.startsWith('/*', from);
    if (!isLong && !this.#text.startsWith('//', from)) return false;
    const end = isLong ? this.#text.indexOf('*/', from + 2) : this.#text.slice(from).search(/[\r\n]/);
    if (isLong && end < 0) throw new Fault(from, 'a comment that has no end; close it with */');
    this.#at = isLong ? end + 2 : end < 0 ? this.#text.length : from + end;
    this.comments.push({ from, to: this.#at });
    return true;
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    this.#space();
    return true;
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const length = pattern.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length > 0;
  }

  #value(depth: number): void {
    if (depth > DEEPEST) throw new Fault(this.#at, `nested deeper than ${DEEPEST} levels`);
    if (this.#take('{')) this.#object(depth);
    else if (this.#take('[')) this.#array(depth);
    else if (this.#text.charAt(this.#at) === '"') this.#textValue();
    else if (this.#match(NUMBER)) this.#space();
    else if (!['true', 'false', 'null'].some((word) => this.#take(word))) throw this.#fault('a value');
  }

  #object(depth: number): void {
    const keys = new Set<string>();
    if (this.#take('}')) return;
    do {
      const at = this.#at;
      if (this.#text.charAt(at) !== '"') throw this.#fault('a key in double quotes');
      const key = this.#string();
      if (keys.has(key))
        this.repeated.push({ at, what: `${JSON.stringify(key)} occurs twice here; the later one counts` });
      keys.add(key);
      if (!this.#take(':')) throw this.#fault('a colon');
      this.#path.push(unescaped(key));
      this.#value(depth + 1);
      this.#path.pop();
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#fault('a comma or "}"');
  }

  #array(depth: number): void {
    if (this.#take(']')) return;
    let index = 0;
    do {
      this.#path.push(index++);
      this.#value(depth + 1);
      this.#path.pop();
    } while (this.#take(','));
    if (!this.#take(']')) throw this.#fault('a comma or "]"');
  }

  #textValue(): void {
    const from = this.#at;
    const text = this.#string();
    this.texts.push({ from, to: from + text.length + 2, path: [...this.#path] });
  }

  /** The text of the string, escapes as written. */
  #string(): string {
    const from = this.#at++;
    for (;;) {
      const character = this.#text.charAt(this.#at);
      if (character === '"') break;
      if (character === '' || character < ' ') throw this.#fault('the double quote that ends the text');
      if (character !== '\\') this.#at++;
      else if (!this.#match(ESCAPE))
        throw new Fault(this.#at, 'a backslash that begins no escape of JSON (a backslash itself is \\\\)');
    }
    this.#at++;
    const text = this.#text.slice(from + 1, this.#at - 1);
    this.#space();
    return text;
  }
}

function place(text: string, at: number, what: string): JsonFault {
  const before = text.slice(0, at).split(/\r\n|\n|\r/);
  return { line: before.length, column: (before.at(-1) ?? '').length + 1, what };
}

function without(text: string, comments: readonly { from: number; to: number }[]): string {
  let plain = '';
  let end = 0;
  for (const { from, to } of comments) {
    plain += text.slice(end, from) + text.slice(from, to).replace(/[^\r\n]/g, ' ');
    end = to;
  }
  return plain + text.slice(end);
}

/**
 * Finds where a text fails to be JSON with comments, and keys that occur twice. The plain text of one without a fault is read
 * by JSON.parse.
 */
export function checkJson(text: string): JsonCheck {
  const walk = new Walk(text);
  const repeated = (): JsonFault[] => walk.repeated.map(({ at, what }) => place(text, at, what));
  try {
    walk.document();
    return { plain: without(text, walk.comments), repeated: repeated() };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { plain: text, fault: place(text, error.at, error.message), repeated: repeated() };
  }
}

/** The comments of a text that is JSON with comments, and its values that are texts, in their order. */
export function jsonPieces(text: string): JsonPiece[] {
  const walk = new Walk(text);
  walk.document();
  return [...walk.comments, ...walk.texts].sort((a, b) => a.from - b.from);
}
