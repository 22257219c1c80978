import { basename, resolve } from 'node:path';
import { keptFormats } from '../download/record.ts';
import { badRows, countDropped, countOutsideHighLow, leftOutRows } from '../market/bar-checks.ts';
import { NO_BARS } from '../market/bars.ts';
import { VortexError } from '../market/errors.ts';
import { cutUnfinished } from '../market/finished.ts';
import type { Series } from '../market/instrument.ts';
import { DAY_MS, MINUTE_MS } from '../market/period.ts';
import { finishedEnd, sessionRule } from '../market/session.ts';
import { formatStamp } from '../market/stored-series.ts';
import { sha256 } from '../disk/files.ts';
import { adopt, adoptedFacts, pricesAsGiven, withWholeLife } from '../adopt/adopt.ts';
import type { AdoptedSeries } from '../adopt/adopt.ts';
import { foreignBars } from '../adopt/bars.ts';
import { readForeignCsv } from '../adopt/csv.ts';
import type { ForeignTable } from '../adopt/csv.ts';
import { dailyRows } from '../adopt/pysystemtrade.ts';
import { readForeignFile, readForeignSidecar } from '../adopt/folder.ts';
import { readOlderPeriod } from '../adopt/names.ts';
import type { ForeignName } from '../adopt/names.ts';
import { readSidecar } from '../adopt/sidecar.ts';
import type { Sidecar } from '../adopt/sidecar.ts';
import type { KnownSeries, SeriesChange } from '../store/series-change.ts';
import type { SeriesStore } from '../store/series-store.ts';
import type { CommandContext } from './context.ts';
import type { ImportedRow } from './import-report.ts';

/** A foreign file and the series that it stands for. */
export interface Candidate {
  readonly path: string;
  readonly name: ForeignName;
  readonly series: Series;
}

/** What an import works with. */
export interface ImportWork {
  readonly folder: string;
  readonly source: string;
  /** --provider was given. */
  readonly sourceGiven: boolean;
  readonly store: SeriesStore;
  readonly context: CommandContext;
  readonly warn: (line: string) => void;
  /** Days from their last bar to their month's end, of the other dead contracts of the market. */
  readonly otherEnds: (series: Series) => readonly number[];
}

const NOTHING_TAKEN = {
  added: 0,
  dropped: 0,
  droppedReasons: {},
  leftOut: {},
  flagged: 0,
  unsorted: 0,
  unfinished: 0,
  intraday: 0,
  differs: 0,
  firstDifference: null,
  complete: false,
  first: null,
  last: null,
} as const;

/** The row of a file that is not taken. */
export function skipped(path: string, name: ForeignName, series: Series | undefined, reason: string): ImportedRow {
  return {
    ...NOTHING_TAKEN,
    series: series?.key ?? null,
    instrument: series?.instrument.id ?? name.id,
    symbol: series?.symbol ?? null,
    period: name.period,
    provider: null,
    file: path,
    outcome: 'skipped',
    reason,
    failed: true,
  };
}

function sidecarOf(path: string, { folder, warn, source, sourceGiven }: ImportWork): Sidecar {
  const unreadable = `${path}.json: the sidecar cannot be read and is passed over`;
  try {
    const content = readForeignSidecar(folder, path);
    const sidecar = content === undefined ? {} : readSidecar(content);
    if (sidecar === undefined) warn(unreadable);
    if (sidecar?.strangeProvider !== undefined) {
      warn(`${path}.json: names an unknown provider, ${sidecar.strangeProvider}; taken as ${source}`);
    }
    if (sourceGiven && sidecar?.provider !== undefined && sidecar.provider !== source) {
      warn(`${path}.json: names ${sidecar.provider}, which counts before --provider ${source}`);
    }
    return sidecar ?? {};
  } catch (error) {
    if (!(error instanceof VortexError)) throw error;
    warn(unreadable);
    return {};
  }
}

/** When the bars of a file were as they are: its own time, as far as that can be, and never after now. */
function asOf(last: number, times: readonly (number | undefined)[], now: number): number {
  const possible = times.filter((time) => time !== undefined && time >= last - DAY_MS);
  return Math.min(now, ...possible.map((time) => time ?? now));
}

/** Zone of stamps that name none: Barchart writes the exchange's own clock. */
export function sourceZone(provider: string, { instrument }: Series): string | undefined {
  if (provider !== 'barchart') return undefined;
  return instrument.class === 'stock' ? 'America/New_York' : 'America/Chicago';
}

/** What in a sidecar speaks against the name of its file. */
function contradiction({ symbol, period }: Sidecar, { contract, period: named }: Series): string | undefined {
  if (contract !== undefined && symbol !== undefined && /=F$|\*\d+$/.test(symbol)) {
    return `its sidecar names ${symbol}, which is a front month and no single contract`;
  }
  if (period !== undefined && readOlderPeriod(period) !== named) return `its sidecar says that its bars are ${period}`;
  return undefined;
}

/** The rows of a file that are bars of its period, and how many are not: pysystemtrade mixes daily and intraday rows. */
function rowsOf(table: ForeignTable, { tool }: ForeignName): ReturnType<typeof dailyRows> {
  return tool === 'pysystemtrade' ? dailyRows(table) : { table, intraday: 0 };
}

/** Works one file into its series. @throws VortexError `file-corrupt` when the file cannot be read */
function adoptFile(
  { path, name, series }: Candidate,
  before: AdoptedSeries,
  zone: string | undefined,
  work: ImportWork,
): { readonly row: ImportedRow; readonly after: AdoptedSeries; readonly changed: boolean } {
  const { context, folder } = work;
  const { instrument, period } = series;
  const { content, mtimeMs } = readForeignFile(folder, path);
  const sidecar = sidecarOf(path, work);
  const against = contradiction(sidecar, series);
  if (against !== undefined) return { row: skipped(path, name, series, against), after: before, changed: false };
  const provider = sidecar.provider ?? work.source;
  const timezone = instrument.timezone ?? zone;
  const { table, intraday } = rowsOf(readForeignCsv(content, path), name);
  const read = foreignBars(table, {
    period,
    timezone,
    sourceZone: sourceZone(provider, series),
  });
  const time = asOf(read.bars.time.at(-1) ?? 0, [mtimeMs, sidecar.writtenAt], context.now);
  const settleMs = context.settings.settle_minutes * MINUTE_MS;
  const end = finishedEnd(period, sessionRule(instrument, undefined, timezone), time, settleMs);
  const { bars, unfinished } = cutUnfinished(pricesAsGiven(read.bars, provider, series), end);
  const bad = badRows(read.dropped);
  const dropped = countDropped(bad);
  const stamp = (at: number | undefined): string | null => (at === undefined ? null : formatStamp(at, period));
  const taken = {
    ...skipped(path, name, series, ''),
    provider,
    dropped,
    droppedReasons: bad,
    leftOut: leftOutRows(read.dropped),
    flagged: countOutsideHighLow(bars),
    unsorted: read.unsorted,
    unfinished,
    intraday,
    first: stamp(bars.time[0]),
    last: stamp(bars.time.at(-1)),
  };
  if (bars.time.length === 0) {
    const isIntradayOnly = intraday > 0 && table.rows.length === 0;
    const none = isIntradayOnly ? 'it has no daily row: none is stamped 23:00:00' : 'it has no bars';
    const empty = unfinished > 0 ? 'none of its bars was finished' : none;
    const reason = dropped > 0 ? 'none of its rows is good' : empty;
    return { row: { ...taken, reason, failed: dropped > 0 || isIntradayOnly }, after: before, changed: false };
  }
  const source = {
    file: `${basename(resolve(folder))}/${path}`,
    tool: name.tool,
    sha256: sha256(content),
    at: new Date(context.now).toISOString(),
  };
  const adoption = adopt(
    before,
    { bars, holes: read.holes, asOf: time, provider, sourceSymbol: sidecar.symbol, source },
    series,
  );
  if ('reason' in adoption) {
    return { row: { ...taken, reason: adoption.reason }, after: before, changed: false };
  }
  const { after, added, differs, firstDifference, changed } = adoption;
  const outcome = !changed ? 'unchanged' : before.bars.time.length === 0 ? 'imported' : 'merged';
  const row: ImportedRow = {
    ...taken,
    outcome,
    reason: null,
    failed: false,
    added,
    differs,
    firstDifference: firstDifference ?? null,
  };
  return { row, after, changed };
}

/** Works all files of one series in. */
export async function adoptSeries(
  candidates: readonly Candidate[],
  series: Series,
  work: ImportWork,
): Promise<{ readonly rows: ImportedRow[]; readonly change: SeriesChange | undefined }> {
  const { store, context } = work;
  const known: KnownSeries = store.read(series);
  const { stored, version } = known;
  let state: AdoptedSeries;
  try {
    state = {
      bars: known.formats.length === 0 ? NO_BARS : await store.loadBars(known),
      coverage: stored.coverage,
      suspects: version?.suspect ?? [],
      inferred: version?.inferred,
      provider: stored.rows > 0 ? stored.provider : undefined,
      grid: version?.grid ?? [],
      sources: version?.imported_from ?? [],
      sourceSymbol: version?.source_symbol,
    };
  } catch (error) {
    if (!(error instanceof VortexError) || error.disposition !== 'skip-series') throw error;
    return { rows: candidates.map(({ path, name }) => skipped(path, name, series, error.message)), change: undefined };
  }
  const rows: ImportedRow[] = [];
  let changedAny = false;
  for (const candidate of candidates) {
    try {
      const { row, after, changed } = adoptFile(candidate, state, stored.timezone, work);
      rows.push(row);
      state = after;
      changedAny ||= changed;
    } catch (error) {
      if (!(error instanceof VortexError) || error.disposition !== 'skip-series') throw error;
      rows.push(skipped(candidate.path, candidate.name, series, error.message.replace(`${candidate.path}: `, '')));
    }
  }
  const taken = rows.some(({ outcome }) => outcome !== 'skipped');
  const whole = taken ? withWholeLife(state, series, () => work.otherEnds(series), context.now) : state;
  if (!changedAny && whole === state) return { rows, change: undefined };
  const formats = keptFormats(known, context.settings.formats);
  const facts = adoptedFacts(known, whole, series.period);
  return {
    rows: rows.map((row) => ({ ...row, complete: whole.inferred === true })),
    change: { series, known, formats, facts, ...(changedAny ? { bars: state.bars } : {}) },
  };
}
