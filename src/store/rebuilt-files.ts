import { dirname, join } from 'node:path';
import type { Bars } from '../market/bars.ts';
import { checksumOf, isContent } from '../disk/checksum.ts';
import { encodeSeries } from './encoding.ts';
import { dropFiles, placeFile, readWhole, syncFiles, syncFolder, writeFiles } from '../disk/files.ts';
import type { Manifest, StoredFile } from './manifest-form.ts';
import { notReplayable } from '../raw/reader.ts';
import { setAside } from './series-commit.ts';
import type { SeriesStore } from './series-store.ts';

/** The files of a series that are not there, or not what its manifest says, by their content. */
export function filesToMake(root: string, { files }: Manifest): StoredFile[] {
  return files.filter((file) => {
    const content = readWhole(join(root, file.path));
    return content === undefined || !isContent(content, file);
  });
}

/** A file as it is to be made again. */
export interface RemadeFile {
  readonly file: StoredFile;
  readonly content: Buffer;
}

/**
 * Encodes bars and compares every file with its manifest.
 * @returns those that are wanted
 * @throws VortexError `file-corrupt` when one of any would not be what was stored
 */
export async function remakeFiles(
  manifest: Manifest,
  bars: Bars,
  wanted: readonly StoredFile[],
): Promise<RemadeFile[]> {
  const { series, instrument, symbol, period, provider = '' } = manifest;
  const contents = new Map<string, Buffer>();
  for (const format of new Set(manifest.files.map((file) => file.format))) {
    const encoded = await encodeSeries(series, period, bars, format, { instrument, symbol, provider, period });
    for (const { path, content } of encoded) contents.set(path, content);
  }
  // Where the CSV is the same so are the bars; the zlib of another machine packs them into other bytes of Parquet.
  const isProven = manifest.files.some((file) => {
    const content = contents.get(file.path);
    return file.format === 'csv' && content !== undefined && isContent(content, file);
  });
  return manifest.files.flatMap((file) => {
    const content = contents.get(file.path);
    const isSame = content !== undefined && isContent(content, file);
    if (content === undefined || !(isSame || (isProven && file.format === 'parquet'))) {
      throw notReplayable(`what its raw answers make is not what was stored as ${file.path}`);
    }
    if (!wanted.includes(file)) return [];
    return [{ file: isSame ? file : { ...file, ...checksumOf(content, false) }, content }];
  });
}

/**
 * Puts files in their place that the manifest knows already, so that a crash leaves each of them old, new or missing. What
 * stands there and is not ours is set aside.
 * @returns what was set aside, below the data folder
 * @throws VortexError `disk-full`, `folder-unusable`
 */
export async function placeRemade(
  root: string,
  run: string,
  manifest: Manifest,
  remade: readonly RemadeFile[],
  store: SeriesStore,
): Promise<string[]> {
  const ours = [...manifest.files, ...(manifest.before?.files ?? [])];
  const foreign = remade.flatMap(({ file: { path } }) => {
    const standing = readWhole(join(root, path));
    const isOurs = (file: StoredFile): boolean =>
      file.path === path && standing !== undefined && isContent(standing, file);
    return standing === undefined || ours.some(isOurs) ? [] : [path];
  });
  const written = await writeFiles(remade.map(({ file, content }) => ({ path: join(root, file.path), content })));
  try {
    await syncFiles(written);
    setAside(root, run, foreign);
    for (const file of written) placeFile(file);
  } catch (error) {
    dropFiles(written);
    throw error;
  }
  for (const folder of new Set(written.map(({ path }) => dirname(path)))) await syncFolder(folder);
  const made = new Map(
    remade.map(({ file }, index) => [file.path, { ...file, mtime_ms: written[index]?.mtimeMs ?? file.mtime_ms }]),
  );
  const files = manifest.files.map((file) => made.get(file.path) ?? file);
  const { before, ...inForce } = manifest;
  await store.restate({ ...inForce, commit: manifest.commit + 1, files });
  return foreign;
}
