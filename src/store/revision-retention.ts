import { dirname } from 'node:path';
import { writeWhole } from '../disk/durable-file.ts';
import { readPart, statFile, syncFolder } from '../disk/files.ts';
import { REVISIONS_HEADER, revisionsPath } from './revisions.ts';

/** Length of an instant as a line of a log begins with it. */
const INSTANT = '2024-07-03T06:00:00.000Z'.length;

/**
 * Takes the lines off a log of revisions that were seen before an instant. The file is the old or the new one, whole.
 * @param committed length that the manifest knows, bytes; more is what a crash left, less what this left when it was cut off
 * @param before milliseconds since the epoch, UTC
 * @param mark of the shard that does it
 * @returns the length that the manifest is to know; undefined where nothing changes
 * @throws VortexError `disk-full`, `folder-unusable`
 */
export async function trimRevisions(
  root: string,
  key: string,
  committed: number,
  before: number,
  mark: string,
): Promise<number | undefined> {
  const path = revisionsPath(root, key);
  const bytes = Math.min(statFile(path)?.bytes ?? 0, committed);
  if (bytes === 0) return undefined;
  const isOld = (line: string): boolean => Date.parse(line.slice(0, INSTANT)) < before;
  const start = REVISIONS_HEADER.length;
  // Lines stand in the order in which they were written: when the first one is young, nothing is to be done.
  const first = readPart(path, start, Math.min(bytes, start + INSTANT)).toString('latin1');
  if (!isOld(first)) return bytes === committed ? undefined : bytes;
  const lines = readPart(path, start, bytes).toString('utf8').split('\n').slice(0, -1);
  const kept = lines.filter((line) => !isOld(line)).map((line) => `${line}\n`);
  const content = Buffer.from(REVISIONS_HEADER + kept.join(''));
  await writeWhole(path, content, mark);
  await syncFolder(dirname(path));
  return content.length;
}
