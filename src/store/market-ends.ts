import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { StoredSeries } from '../market/stored-series.ts';
import { placeFile, readWhole, syncFiles, syncFolder, writeFiles } from '../disk/files.ts';
import { OWN_FOLDER } from '../disk/paths.ts';

const form = z.object({
  schema: z.literal(1),
  /** By the folder of the class and that of the instrument (`futures/GOLD`): last trade date, and when that was said. */
  ended: z.record(z.string(), z.object({ on: z.string(), at: z.string() })),
});

/** Markets that have ended by the user's word, by `futures/GOLD`. */
export type MarketEnds = Readonly<z.infer<typeof form>['ended']>;

const marketsPath = (root: string): string => join(root, OWN_FOLDER, 'markets.json');

/** The market of a contract's key; undefined for an undated series. */
export function marketOf(key: string): string | undefined {
  const [folder = '', , instrument = '', contract] = key.split('/');
  return contract === undefined ? undefined : `${folder}/${instrument}`;
}

/** Reads which markets have ended; none where the file is not there or cannot be read. */
export function readMarketEnds(root: string): MarketEnds {
  const content = readWhole(marketsPath(root));
  if (content === undefined) return {};
  try {
    return form.parse(JSON.parse(content.toString('utf8'))).ended;
  } catch {
    return {};
  }
}

/** Writes them down, whole or not at all. @throws VortexError `disk-full`, `folder-unusable` */
export async function writeMarketEnds(root: string, ended: MarketEnds): Promise<void> {
  const path = marketsPath(root);
  const content = Buffer.from(`${JSON.stringify({ schema: 1, ended }, null, 1)}\n`);
  const written = await writeFiles([{ path, content }]);
  await syncFiles(written);
  for (const file of written) placeFile(file);
  await syncFolder(dirname(path));
}

/** What is known of a contract, with the end of its market. */
export function withMarketEnd(stored: StoredSeries, key: string, ends: MarketEnds): StoredSeries {
  const market = marketOf(key);
  const end = market === undefined ? undefined : ends[market];
  if (end === undefined || stored.ended !== undefined) return stored;
  return { ...stored, ended: { kind: 'user', on: Date.parse(end.on), at: Date.parse(end.at) } };
}
