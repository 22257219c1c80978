import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { makeFolder, placeFile, readWhole, storeError, syncFiles, syncFolder, writeFiles } from '../disk/files.ts';
import { journalMarks, settleJournal } from './journal.ts';
import { OWN_FOLDER } from '../disk/paths.ts';

const form = z.object({
  schema: z.literal(1),
  /** Files to move, in this order; below the data folder. */
  moves: z.array(z.object({ from: z.string(), to: z.string() })),
  /** Files to write afterwards. */
  writes: z.array(z.object({ path: z.string(), text: z.string() })),
});

/** Files that go to other places together: whole series that are moved, renamed or removed. Paths below the data folder. */
export type Relocation = Omit<z.infer<typeof form>, 'schema'>;

/** Where the history of a series that moves to another provider is fetched to, before it takes its place. */
export const STAGING = `${OWN_FOLDER}/moving`;
export const stagingFolder = (root: string): string => join(root, STAGING);

const relocationPath = (root: string): string => join(root, OWN_FOLDER, 'relocation.json');

async function writeDurably(root: string, files: Relocation['writes']): Promise<void> {
  const written = await writeFiles(
    files.map(({ path, text }) => ({ path: join(root, path), content: Buffer.from(text) })),
  );
  await syncFiles(written);
  for (const file of written) placeFile(file);
  for (const folder of new Set(written.map(({ path }) => dirname(path)))) await syncFolder(folder);
}

/** Does what is left to do of it: what stands at its new place is done. */
async function apply(root: string, { moves, writes }: Relocation): Promise<void> {
  const folders = new Set<string>();
  for (const move of moves) {
    const [from, to] = [join(root, move.from), join(root, move.to)];
    if (!existsSync(from) || existsSync(to)) continue;
    makeFolder(dirname(to));
    try {
      renameSync(from, to);
    } catch (error) {
      throw storeError(error, move.to);
    }
    folders.add(dirname(from)).add(dirname(to));
  }
  for (const folder of folders) await syncFolder(folder);
  await writeDurably(root, writes);
  rmSync(relocationPath(root), { force: true });
  await syncFolder(join(root, OWN_FOLDER));
}

/**
 * Moves files and writes manifests so that a crash leaves all of it undone or is followed by all of it: what is to be done
 * is written down first, and the next run under the lock finishes it. To be called under the lock, with the store closed.
 * @throws VortexError `disk-full`, `folder-unusable`
 */
export async function relocate(root: string, relocation: Relocation): Promise<void> {
  // A journal that still stood could put a manifest back.
  for (const mark of journalMarks(root)) await settleJournal(root, mark, 0);
  await writeDurably(root, [
    { path: `${OWN_FOLDER}/relocation.json`, text: `${JSON.stringify({ schema: 1, ...relocation })}\n` },
  ]);
  await apply(root, relocation);
}

/** Finishes what a crash left of a relocation. To be called under the lock. */
export async function finishRelocation(root: string): Promise<void> {
  const content = readWhole(relocationPath(root));
  if (content !== undefined) {
    const { moves, writes } = form.parse(JSON.parse(content.toString('utf8')));
    await apply(root, { moves, writes });
  }
  clearStaging(root);
}

/** Removes what was fetched aside. */
export function clearStaging(root: string): void {
  rmSync(stagingFolder(root), { force: true, recursive: true });
}
