/** One of several processes that share the series of one data folder. */
export interface Shard {
  /** From 0 to `count` − 1. */
  readonly index: number;
  /** At least 1. */
  readonly count: number;
}

/** As people write it: `1/3`. */
export const shardName = ({ index, count }: Shard): string => `${index}/${count}`;

/** As it stands in names of files: `1-of-3`. */
export const shardMark = ({ index, count }: Shard): string => `${index}-of-${count}`;

/** FNV-1a of a text's UTF-8 bytes, 32 bits, stirred by the last step of MurmurHash3: its low bits alone follow the digits of a month. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The index of the shard that a series belongs to; the same on every machine and in every version. Names that are equal but for
 * case go together, since on some disks they are one file.
 * @param series its key: `futures/1d/GOLD/GOLD_20240400`
 * @param count how many shards there are, at least 1
 */
export function shardIndex(series: string, count: number): number {
  return hashOf(series.toLowerCase()) % count;
}

/** Whether a series belongs to a shard. */
export const isInShard = (series: string, { index, count }: Shard): boolean => shardIndex(series, count) === index;

/** What a shard gets of so many things: the whole part, and the first shards one more each until nothing is left. */
export function shareOf(things: number, { index, count }: Shard): number {
  return Math.floor(things / count) + (index < things % count ? 1 : 0);
}
