/** One message: its fields, the first of which is its number. */
export type Fields = readonly string[];

const LENGTH_BYTES = 4;
const GREETING = 'API\0';
const LONGEST = 0xffffff;

/** A message as bytes: length, then every field with a zero behind it. */
export function frameOf(fields: readonly (string | number)[]): Buffer {
  const text = Buffer.from(fields.map((field) => `${field}\0`).join(''), 'utf8');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeInt32BE(text.length);
  return Buffer.concat([length, text]);
}

/** The fields of a message without its length. */
export function fieldsOf(text: string): Fields {
  return text.split('\0').slice(0, -1);
}

/** Puts messages together from whatever pieces they come in. */
export class FrameReader {
  #rest = Buffer.alloc(0);
  #isGreeted = false;

  /**
   * The messages that are whole now. The first is the client's greeting, its range of versions: `v100..193`.
   * @throws RangeError for bytes that are no message of this protocol
   */
  push(bytes: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const messages: string[] = [];
    for (;;) {
      const prefix = this.#isGreeted ? 0 : GREETING.length;
      const known = this.#rest.subarray(0, prefix).toString('latin1');
      if (!GREETING.startsWith(known)) throw new RangeError('the greeting is no API');
      if (this.#rest.length < prefix + LENGTH_BYTES) return messages;
      const length = this.#rest.readInt32BE(prefix);
      if (length < 0 || length > LONGEST) throw new RangeError(`a message of ${length} bytes`);
      const end = prefix + LENGTH_BYTES + length;
      if (this.#rest.length < end) return messages;
      messages.push(this.#rest.subarray(prefix + LENGTH_BYTES, end).toString('utf8'));
      this.#rest = this.#rest.subarray(end);
      this.#isGreeted = true;
    }
  }
}
