import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import type { FaultKind } from './retry.ts';

/** A fault that is known for what it is; everything else thrown while receiving is a fault of the network. */
export class BodyFault extends Error {
  readonly kind: FaultKind;

  constructor(kind: FaultKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

const UNPACKERS = new Map([
  ['gzip', promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)],
  ['x-gzip', promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)],
  ['br', promisify<Buffer, { maxOutputLength: number }, Buffer>(brotliDecompress)],
]);

/**
 * Receives a whole body, still packed.
 * @param maxBytes the cap, checked against content-length first and then against what comes
 * @param onBytes called with each piece
 * @throws BodyFault `too-large`; any other error when the connection ends before the body does
 */
export function receiveBody(answer: IncomingMessage, maxBytes: number, onBytes: () => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const refuse = (): void => {
      reject(new BodyFault('too-large', `more than ${maxBytes} bytes`));
      answer.destroy();
    };
    answer.on('error', reject);
    answer.on('close', () => {
      // Making an error costs more than all else here, so not for bodies that came whole.
      if (!answer.readableEnded) reject(new Error('the connection closed in the middle of the answer'));
    });
    if (Number(answer.headers['content-length']) > maxBytes) {
      refuse();
      return;
    }
    answer.on('data', (chunk: Buffer) => {
      onBytes();
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) refuse();
    });
    // Node gives `end` only to a body that came whole.
    answer.on('end', () => {
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length));
    });
  });
}

/**
 * Unpacks a body by its content-encoding.
 * @throws BodyFault `too-large` when it grows over the cap, `unknown-packing` for what was not asked for, `network` when
 * it is cut short or broken
 */
export async function unpackBody(body: Buffer, answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity' || isWithoutBody(answer)) return body;
  const unpack = UNPACKERS.get(encoding);
  if (unpack === undefined) throw new BodyFault('unknown-packing', `packed as ${encoding}, which was not asked for`);
  try {
    return await unpack(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) throw new BodyFault('too-large', `more than ${maxBytes} bytes once unpacked`);
    const detail = error instanceof Error ? error.message : 'unreadable';
    throw new BodyFault('network', `its ${encoding} packing is broken or cut short (${detail})`);
  }
}

function isWithoutBody(answer: IncomingMessage): boolean {
  return answer.statusCode === 204 || answer.statusCode === 304 || answer.headers['content-length'] === '0';
}
