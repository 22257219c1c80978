import { closuresOf } from '../config/closures.ts';
import { EXIT } from '../download/exit-code.ts';
import { usageError } from '../market/errors.ts';
import { matchSeries, unknownLine } from '../market/match-series.ts';
import { inventory, STATES, withChecksums } from '../quality/inventory.ts';
import type { SeriesStatus } from '../quality/inventory.ts';
import { loadContext } from './context.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { writeJson } from './output.ts';
import { pathBelow } from './stored-names.ts';
import { csvTable, formatBytes, formatSeconds, textTable, thousands } from './table.ts';

/** The flags of `vortex status`. */
export interface StatusFlags extends CommonFlags {
  readonly csv?: boolean;
  readonly checksums?: boolean;
  readonly asOf?: string;
}

const bytesOf = ({ files }: SeriesStatus): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

function missingText({ missing }: SeriesStatus): string {
  const [first, ...rest] = missing;
  if (first === undefined) return '-';
  return `${first[0]}..${first[1]}${rest.length === 0 ? '' : ` and ${thousands(rest.length)} more`}`;
}

/** The provider of a series, and those whose bars are mixed in: `barchart+yahoo`. */
function providersOf({ provider, mixed = [] }: SeriesStatus): string | undefined {
  const all = [provider, ...mixed.map((range) => range.provider)].filter((id) => id !== null);
  return all.length === 0 ? undefined : [...new Set(all)].join('+');
}

/** The inventory for people. Pure. */
function statusTable(series: readonly SeriesStatus[], checksums: boolean): string {
  const header = [
    'series',
    'symbol',
    'provider',
    'rows',
    'first',
    'last',
    'missing',
    'suspect',
    'age',
    'revised',
    'state',
  ];
  const table = textTable(
    [...header, 'bytes'],
    series.map((one) => [
      one.series,
      one.symbol,
      providersOf(one) ?? '-',
      one.rows,
      one.first ?? '-',
      one.last ?? '-',
      missingText(one),
      one.suspect.length === 0 ? '-' : one.suspect.length,
      one.ageSeconds === null ? '-' : formatSeconds(one.ageSeconds),
      one.revisions,
      one.state,
      bytesOf(one),
    ]),
  );
  if (!checksums) return table;
  const sums = series.flatMap(({ files }) => files.map(({ path, sha256 }) => `${sha256 ?? ''}  ${path}\n`));
  return `${table}\n${sums.join('')}`;
}

/** One line on the inventory: `12 series, 3,012 rows, 280 kB in 24 files: 11 ok, 1 gaps`. Pure. */
function statusLine(series: readonly SeriesStatus[]): string {
  if (series.length === 0) return 'no series';
  const sum = (of: (one: SeriesStatus) => number): number => series.reduce((total, one) => total + of(one), 0);
  const states = STATES.map((state) => ({ state, count: series.filter((one) => one.state === state).length }));
  const told = states.filter(({ count }) => count > 0).map(({ state, count }) => `${thousands(count)} ${state}`);
  return (
    `${thousands(series.length)} series, ${thousands(sum(({ rows }) => rows))} rows, ` +
    `${formatBytes(sum(bytesOf))} in ${thousands(sum(({ files }) => files.length))} files: ${told.join(', ')}`
  );
}

/** The inventory as CSV, one line a series; lists inside a field are separated by semicolons. Pure. */
function statusCsv(series: readonly SeriesStatus[], checksums: boolean): string {
  const header = ['series', 'instrument', 'symbol', 'period', 'provider', 'rows', 'first', 'last', 'missing'];
  return csvTable(
    [
      ...header,
      'suspect',
      'ageSeconds',
      'checkedSeconds',
      'sessionsBehind',
      'revisions',
      'state',
      'bytes',
      'files',
      ...(checksums ? ['sha256'] : []),
    ],
    series.map((one) => [
      one.series,
      one.instrument,
      one.symbol,
      one.period,
      providersOf(one) ?? '',
      one.rows,
      one.first ?? '',
      one.last ?? '',
      one.missing.map(([from, to]) => `${from}/${to}`).join(';'),
      one.suspect.join(';'),
      one.ageSeconds ?? '',
      one.checkedSeconds ?? '',
      one.sessionsBehind,
      one.revisions,
      one.state,
      bytesOf(one),
      one.files.map(({ path }) => path).join(';'),
      ...(checksums ? [one.files.map(({ sha256 }) => sha256 ?? '').join(';')] : []),
    ]),
  );
}

/** `vortex status`: every series on disk. Takes no lock, writes nothing. */
export async function status(
  symbols: readonly string[],
  flags: StatusFlags,
  { output, signal }: Surroundings,
): Promise<number> {
  const { json = false, csv = false, checksums = false, asOf } = flags;
  if (json && csv) throw usageError('flags --json and --csv: choose one of them');
  if (checksums && asOf !== undefined) throw usageError('flags --checksums and --as-of: there are no files of then');
  const context = await loadContext(flags, [], output);
  const root = context.settings.output_dir;
  const entries = inventory(root, context.now, closuresOf(context.settings.closures));
  const { found, unknown } = matchSeries(
    symbols,
    entries.map(({ name }) => name),
    { now: context.now, below: pathBelow(root, process.cwd()) },
  );
  const wanted = new Set(found);
  const meant = entries.filter(({ name }) => wanted.has(name));
  const then =
    asOf === undefined ? undefined : await (await import('./status-as-of.ts')).statusAsOf(meant, asOf, context, signal);
  const series = then?.series ?? meant.map((entry) => (checksums ? withChecksums(root, entry.status) : entry.status));
  for (const line of [...unknown.map(unknownLine), ...(then?.refused ?? [])]) output.err(`vortex: ${line}\n`);
  if (json) writeJson(output, { schema: 1, series });
  else if (csv) output.out(statusCsv(series, checksums));
  else output.out(`${series.length === 0 ? '' : statusTable(series, checksums)}${statusLine(series)}\n`);
  return unknown.length > 0 || (then?.refused.length ?? 0) > 0 ? EXIT.failed : EXIT.ok;
}
