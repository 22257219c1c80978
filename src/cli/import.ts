import { EXIT, stoppedCode } from '../download/exit-code.ts';
import { usageError } from '../market/errors.ts';
import { checkForeignFolder, listForeignFolder } from '../adopt/folder.ts';
import { readForeignName, readPysystemtradeName } from '../adopt/names.ts';
import type { ForeignName, StrangeName } from '../adopt/names.ts';
import { isPysystemtradeFile } from '../adopt/pysystemtrade.ts';
import { lockFolder } from '../store/lock.ts';
import type { SeriesChange } from '../store/series-change.ts';
import { SeriesStore } from '../store/series-store.ts';
import { loadContext } from './context.ts';
import type { CommandContext, CommonFlags, Surroundings } from './context.ts';
import { runName } from './download.ts';
import { endsOfMarkets } from './import-ends.ts';
import { adoptSeries, skipped } from './import-files.ts';
import type { Candidate, ImportWork } from './import-files.ts';
import { cutLines, importSummary, importTable, remarksOn } from './import-report.ts';
import type { ImportedRow } from './import-report.ts';
import { readSource, seriesOfName, unlistedAdvice } from './import-source.ts';
import { writeJson } from './output.ts';
import { thousands } from './table.ts';

/** How many series are made durable together. */
const BATCH = 32;

export interface ImportFlags extends CommonFlags {
  readonly provider?: string;
  readonly instruments?: string[];
  readonly dryRun?: boolean;
}

/** What a file is, by its name; where that does not tell, by its header too. */
function nameOf(folder: string, path: string): ForeignName | StrangeName {
  const name = readForeignName(path);
  if (!('reason' in name)) return name;
  const contract = readPysystemtradeName(path);
  return contract !== undefined && isPysystemtradeFile(folder, path) ? contract : name;
}

/** Sorts the CSV files of the folder by series; those that stand for none are told of. */
function candidatesIn(folder: string, paths: readonly string[], context: CommandContext) {
  const bySeries = new Map<string, Candidate[]>();
  const rows: ImportedRow[] = [];
  const left: { file: string; reason: string }[] = [];
  const unlisted = new Set<string>();
  for (const path of paths) {
    const name = nameOf(folder, path);
    if ('reason' in name) {
      left.push({ file: path, reason: name.reason });
      continue;
    }
    const series = seriesOfName(name, context);
    const advice = unlistedAdvice(name, context);
    if (advice !== undefined) unlisted.add(advice);
    if ('reason' in series) rows.push(skipped(path, name, undefined, series.reason));
    else bySeries.set(series.key, [...(bySeries.get(series.key) ?? []), { path, name, series }]);
  }
  return { bySeries, rows, left, unlisted };
}

async function adoptAll(
  bySeries: ReadonlyMap<string, Candidate[]>,
  work: ImportWork,
  dryRun: boolean,
  signal: AbortSignal,
) {
  const rows: ImportedRow[] = [];
  const all = [...bySeries.values()];
  for (let from = 0; from < all.length && !signal.aborted; from += BATCH) {
    const changes: SeriesChange[] = [];
    for (const candidates of all.slice(from, from + BATCH)) {
      const series = candidates[0]?.series;
      if (series === undefined) continue;
      const adopted = await adoptSeries(candidates, series, work);
      rows.push(...adopted.rows);
      if (adopted.change !== undefined) changes.push(adopted.change);
    }
    if (dryRun) continue;
    const committed = await Promise.all(changes.map((change) => work.store.commit(change)));
    for (const path of committed.flatMap(({ quarantined }) => quarantined)) {
      work.warn(`${path} was not what this folder had written; it was set aside under .vortex/quarantine`);
    }
  }
  return rows;
}

/** `vortex import DIR`: adopts files of bc-utils or of the older Python tool, without a request. */
export async function importFolder(
  folder: string,
  flags: ImportFlags,
  { output, signal }: Surroundings,
): Promise<number> {
  const context = await loadContext(
    flags,
    [
      { path: 'dry_run', flag: '--dry-run', value: flags.dryRun },
      { path: 'instruments', flag: '--instruments', value: flags.instruments },
    ],
    output,
  );
  const source = readSource(flags.provider);
  const { output_dir: root, dry_run: dryRun } = context.settings;
  checkForeignFolder(folder, root);
  const listing = listForeignFolder(folder, root);
  const { bySeries, rows, left, unlisted } = candidatesIn(folder, listing.csv, context);
  const untouched = [...left, ...listing.others.map(({ path, reason }) => ({ file: path, reason }))];
  if (bySeries.size + rows.length === 0) {
    throw usageError(
      `${folder} holds nothing that is known: neither Day_GOLD_20240400.csv of bc-utils nor futures/1d/GOLD/GOLD_20240400.csv of the older tool, nor a contract file of pysystemtrade`,
    );
  }
  const run = runName(context.now);
  const warnings: string[] = [...unlisted];
  const warn = (line: string): void => void warnings.push(line);
  const lock = dryRun ? undefined : lockFolder(root, run);
  const store = new SeriesStore(root, run, () => context.now, context.settings.overlap_bars);
  try {
    if (lock !== undefined) await store.recover();
    const otherEnds = endsOfMarkets(bySeries, { folder, source, store, now: context.now });
    const work = { folder, source, sourceGiven: flags.provider !== undefined, store, context, warn, otherEnds };
    rows.push(...(await adoptAll(bySeries, work, dryRun, signal)));
  } finally {
    try {
      if (lock !== undefined) await store.close();
    } finally {
      lock?.release();
    }
  }
  rows.sort((a, b) => (a.file < b.file ? -1 : 1));
  const remarks = cutLines([...warnings, ...rows.flatMap(remarksOn)]);
  const complete = new Set(rows.flatMap((row) => (row.complete ? [row.series] : []))).size;
  if (complete > 0) {
    const what =
      complete === 1 ? '1 contract has ended and counts' : `${thousands(complete)} contracts have ended and count`;
    output.err(`vortex: ${what} as complete; download --force asks for the whole life again\n`);
  }
  const leftLines = cutLines(untouched.map(({ file, reason }) => `${file}: left alone: ${reason}`));
  for (const line of [...remarks, ...leftLines]) output.err(`vortex: ${line}\n`);
  const exitCode = signal.aborted ? stoppedCode(signal) : rows.some(({ failed }) => failed) ? EXIT.failed : EXIT.ok;
  if (flags.json ?? false) {
    writeJson(output, { schema: 1, exitCode, dryRun, series: rows, left: untouched });
    output.err(`${importSummary(rows, dryRun)}\n`);
  } else output.out(`${importTable(rows)}${importSummary(rows, dryRun)}\n`);
  return exitCode;
}
