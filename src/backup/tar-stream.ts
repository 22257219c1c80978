import { createHash } from 'node:crypto';
import { Header, Pax } from 'tar';
import { chunksOf } from './entry.ts';
import type { SnapshotEntry } from './entry.ts';

const BLOCK = 512;
const MODE = 0o644;

function headerOf({ path, bytes, mtimeMs }: SnapshotEntry): Buffer[] {
  const data = { path, size: bytes, mtime: new Date(mtimeMs), mode: MODE, type: 'File' } as const;
  const header = new Header(data);
  const block = Buffer.alloc(BLOCK);
  const needsPax = header.encode(block);
  return needsPax ? [new Pax({ path, size: bytes, mtime: data.mtime }).encode(), block] : [block];
}

/**
 * Entries as a tar archive, piece by piece.
 * @param told is told of each file when all of it has gone
 */
export async function* tarOf(
  entries: AsyncIterable<SnapshotEntry>,
  told: (entry: SnapshotEntry, sha256: string) => Promise<void> | void,
): AsyncGenerator<Buffer> {
  for await (const entry of entries) {
    const hash = createHash('sha256');
    yield* headerOf(entry);
    for (const chunk of chunksOf(entry)) {
      hash.update(chunk);
      yield chunk;
    }
    const past = entry.bytes % BLOCK;
    if (past > 0) yield Buffer.alloc(BLOCK - past);
    await told(entry, hash.digest('hex'));
  }
  yield Buffer.alloc(2 * BLOCK);
}
