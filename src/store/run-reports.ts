import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dropFiles, makeFolder, placeFile, syncFiles, writeFiles } from './files.ts';
import { runReportsFolder } from './paths.ts';

/** How many reports are kept unless told. */
const KEPT = 90;

/**
 * Keeps the report of a run as `.vortex/runs/<run>.json`, and of the others the last ones, `kept` in all.
 * @param mark of the shard that the run is
 */
export async function keepRunReport(root: string, run: string, report: unknown, kept = KEPT, mark = ''): Promise<void> {
  const folder = runReportsFolder(root);
  makeFolder(folder);
  const path = join(folder, `${run}.json`);
  const written = await writeFiles([{ path, content: Buffer.from(`${JSON.stringify(report)}\n`) }], mark);
  try {
    await syncFiles(written);
  } catch (error) {
    dropFiles(written);
    throw error;
  }
  for (const file of written) placeFile(file);
  const reports = readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== basename(path))
    .sort();
  for (const name of reports.slice(0, Math.max(0, reports.length + 1 - kept)))
    rmSync(join(folder, name), { force: true });
}
