import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isForeignName, namesIn } from '../disk/listing.ts';
import { readPart, readWhole, statFile, storeError } from '../disk/files.ts';
import { rawFolder } from '../disk/paths.ts';

/** Whose answer a raw item is, and its place in the history of the series, from 1. */
export interface ItemName {
  readonly series: string;
  readonly history: string;
  readonly index: number;
}

/** An item that is to be written. */
export interface PackedItem extends ItemName {
  /** The day folder that it goes to, below the raw archive: `yahoo/2024/07/03`. */
  readonly day: string;
  readonly content: Buffer;
}

/** Where an item stands in its pack. */
export interface ItemPlace extends ItemName {
  /** Its first byte. */
  readonly at: number;
  readonly bytes: number;
}

/**
 * The items of one run, provider and day: a pack, in which they stand one after the other, each packed on its own, and an
 * index, which has a line for each. What has no line is not there.
 */
export interface PackPaths {
  readonly pack: string;
  readonly index: string;
}

const PACK = '.items.gz';
// Stands before its pack in every listing by name.
const INDEX = '.index';

/** The files of a run's items in a day folder. */
export function packPaths(root: string, day: string, run: string): PackPaths {
  const path = join(rawFolder(root), day, run);
  return { pack: path + PACK, index: path + INDEX };
}

/** The path of the pack that an index belongs to; undefined for what is no index. */
export function packOfIndex(path: string): string | undefined {
  return path.endsWith(INDEX) ? path.slice(0, -INDEX.length) + PACK : undefined;
}

/** The path of the index of a pack; undefined for what is no pack. */
export function indexOfPack(path: string): string | undefined {
  return path.endsWith(PACK) ? path.slice(0, -PACK.length) + INDEX : undefined;
}

const DAY = /^[^/]+\/\d{4}\/\d{2}\/\d{2}$/;

/** The day folders of the archive, below it: `yahoo/2024/07/03`. What else somebody put there is passed over. */
export function rawDays(root: string): string[] {
  let level = [''];
  for (let depth = 0; depth < 4; depth++) {
    level = level.flatMap((path) =>
      namesIn(join(rawFolder(root), path)).map((name) => (path ? `${path}/${name}` : name)),
    );
  }
  return level.filter((path) => DAY.test(path));
}

/** A pack of the archive, and whose it is. */
export interface Pack extends PackPaths {
  /** The day folder, below the raw archive. */
  readonly day: string;
  readonly run: string;
}

/** All packs that have an index, which is a file. @throws VortexError `folder-unusable` */
export function packsOf(root: string): Pack[] {
  return rawDays(root).flatMap((day) =>
    namesIn(join(rawFolder(root), day))
      .filter((name) => name.endsWith(INDEX) && !isForeignName(name))
      .map((name) => name.slice(0, -INDEX.length))
      .map((run) => ({ day, run, ...packPaths(root, day, run) }))
      .filter(({ index }) => statFile(index) !== undefined),
  );
}

/** Lines of an index. */
export function indexText(places: readonly ItemPlace[]): string {
  return places
    .map(({ series, history, index, at, bytes }) => `${series}\t${history}\t${index}\t${at}\t${bytes}\n`)
    .join('');
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/**
 * Reads lines of an index; a last one that was cut short, and one that is none, are passed over.
 * @param isWanted whether the lines of a series are; absent: all
 */
export function parseIndex(content: Buffer, isWanted?: (series: string) => boolean): ItemPlace[] {
  const lines = content.toString('utf8').split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    if (isWanted?.(line.slice(0, line.indexOf('\t'))) === false) return [];
    const [series = '', history = '', ...numbers] = line.split('\t');
    const [index = NaN, at = NaN, bytes = NaN] = numbers.map(Number);
    return isCount(index) && isCount(at) && isCount(bytes) ? [{ series, history, index, at, bytes }] : [];
  });
}

/** The items of an index file; none where there is no such file. @throws VortexError `folder-unusable` */
export function readIndex(path: string, isWanted?: (series: string) => boolean): ItemPlace[] {
  return parseIndex(readWhole(path) ?? Buffer.alloc(0), isWanted);
}

/** The item at a place of a pack; undefined when the pack is not there. @throws VortexError `folder-unusable` */
export function readItem(pack: string, { at, bytes }: ItemPlace): Buffer | undefined {
  const length = statFile(pack)?.bytes;
  return length === undefined ? undefined : readPart(pack, at, Math.min(at + bytes, Math.max(at, length)));
}

/** Takes off a file again what was put behind it only in part: half a line would spoil the one that comes after it. */
function cutBack(fd: number, length: number): void {
  try {
    ftruncateSync(fd, length);
  } catch {
    // What is in the way is told by the error that led here.
  }
}

/** Puts contents behind a file, all or none of them. @returns its length before */
function appendTo(path: string, contents: readonly Buffer[]): number {
  let fd: number | undefined;
  let before: number | undefined;
  try {
    fd = openSync(path, 'a', 0o644);
    before = fstatSync(fd).size;
    for (const content of contents) {
      for (let written = 0; written < content.length;) written += writeSync(fd, content, written);
    }
    return before;
  } catch (error) {
    if (fd !== undefined && before !== undefined) cutBack(fd, before);
    throw storeError(error, path);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Writes items behind those that a run has already, without making them durable. @throws VortexError `disk-full`, `folder-unusable` */
export function appendItems(root: string, run: string, items: readonly PackedItem[]): void {
  for (const day of new Set(items.map((item) => item.day))) {
    const { pack, index } = packPaths(root, day, run);
    const group = items.filter((item) => item.day === day);
    let at = appendTo(
      pack,
      group.map(({ content }) => content),
    );
    const places = group.map(({ content, ...name }): ItemPlace => {
      at += content.length;
      return { ...name, at: at - content.length, bytes: content.length };
    });
    appendTo(index, [Buffer.from(indexText(places))]);
  }
}
