import { sha256 } from './files.ts';

/** Length of a block, bytes: a longer CSV is checksummed block by block, so that an append costs its new rows only. */
export const BLOCK_BYTES = 1_048_576;

/** What the content of a file is known by. */
export interface Checksum {
  readonly bytes: number;
  /** Hexadecimal, of the content; of a file in blocks: of the checksums of its blocks. */
  readonly sha256: string;
  /** Checksums of its blocks of BLOCK_BYTES, the last one shorter; absent: it is not in blocks. */
  readonly blocks?: string[] | undefined;
}

function blocksOf(content: Buffer): string[] {
  const blocks: string[] = [];
  for (let at = 0; at < content.length; at += BLOCK_BYTES) blocks.push(sha256(content.subarray(at, at + BLOCK_BYTES)));
  return blocks;
}

const inBlocks = (bytes: number, blocks: string[]): Checksum => ({
  bytes,
  sha256: sha256(Buffer.from(blocks.join(''))),
  blocks,
});

/** @param canGrow rows will be appended to the file */
export function checksumOf(content: Buffer, canGrow: boolean): Checksum {
  return canGrow && content.length > BLOCK_BYTES
    ? inBlocks(content.length, blocksOf(content))
    : { bytes: content.length, sha256: sha256(content) };
}

/** Whether it is that content. */
export function isContent(content: Buffer, known: Checksum): boolean {
  if (content.length !== known.bytes) return false;
  const { blocks } = known;
  return blocks === undefined
    ? sha256(content) === known.sha256
    : blocks.every(
        (block, index) => block === sha256(content.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES)),
      );
}

/** Start of the block in which a byte lies. */
export const blockStart = (at: number): number => Math.floor(at / BLOCK_BYTES) * BLOCK_BYTES;

/** Whether a part of a file in blocks, from a block's start on to the committed end, is as it was written. */
export function isEnd(part: Buffer, from: number, { bytes, blocks = [] }: Checksum): boolean {
  const expected = blocks.slice(from / BLOCK_BYTES);
  return from + part.length === bytes && blocksOf(part).join() === expected.join();
}

/**
 * What a file in blocks is known by once bytes are appended.
 * @param last its content from the start of its last block on, bytes to append included
 */
export function extendedBy(last: Buffer, { bytes, blocks = [] }: Checksum): Checksum {
  const from = blockStart(bytes - 1);
  return inBlocks(from + last.length, [...blocks.slice(0, from / BLOCK_BYTES), ...blocksOf(last)]);
}
