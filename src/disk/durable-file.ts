import { dropFiles, placeFile, syncFiles, writeFiles } from './files.ts';

/**
 * Puts one file in its place, whole: written beside it, synced, renamed. The folder is not synced.
 * @param mark of the shard that writes it
 * @throws VortexError `disk-full`, `folder-unusable`
 */
export async function writeWhole(path: string, content: Buffer, mark = ''): Promise<void> {
  const written = await writeFiles([{ path, content }], mark);
  try {
    await syncFiles(written);
  } catch (error) {
    dropFiles(written);
    throw error;
  }
  for (const file of written) placeFile(file);
}
