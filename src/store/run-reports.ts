import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { writeWhole } from '../disk/durable-file.ts';
import { isForeignName, namesIn } from '../disk/listing.ts';
import { makeFolder, readWhole } from '../disk/files.ts';
import { runReportsFolder } from '../disk/paths.ts';

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
  await writeWhole(path, Buffer.from(`${JSON.stringify(report)}\n`), mark);
  const reports = reportNames(root).filter((name) => name !== basename(path));
  for (const name of reports.slice(0, Math.max(0, reports.length + 1 - kept)))
    rmSync(join(folder, name), { force: true });
}

/** Names of the kept reports, the newest last. */
export function reportNames(root: string): string[] {
  return namesIn(runReportsFolder(root))
    .filter((name) => name.endsWith('.json') && !isForeignName(name))
    .sort();
}

/** The report of a run as it was kept; undefined when there is none that can be read. */
export function readRunReport(root: string, run: string): unknown {
  try {
    return JSON.parse(readWhole(join(runReportsFolder(root), `${run}.json`))?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}

const lastForm = z.object({ startedAt: z.iso.datetime(), results: z.array(z.object({ series: z.string() })) });

/** When the newest run of a folder began, milliseconds since the epoch, UTC, and its series; undefined: there was none. */
export function readLastRun(
  root: string,
): { readonly startedAt: number; readonly series: readonly string[] } | undefined {
  const name = reportNames(root).at(-1);
  const read = name === undefined ? undefined : lastForm.safeParse(readRunReport(root, name.slice(0, -'.json'.length)));
  if (read?.data === undefined) return undefined;
  return { startedAt: Date.parse(read.data.startedAt), series: read.data.results.map(({ series }) => series) };
}
