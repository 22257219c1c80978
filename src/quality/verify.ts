import { NO_BARS } from '../market/bars.ts';
import type { Closure } from '../market/exchange-table.ts';
import { matchSeries } from '../market/match-series.ts';
import type { UnknownName } from '../market/match-series.ts';
import type { SeriesName } from '../market/series.ts';
import { storedSeries } from '../store/manifest.ts';
import { requireFolder } from '../disk/listing.ts';
import { OWN_FOLDER } from '../disk/paths.ts';
import { SeriesStore } from '../store/series-store.ts';
import { levelOf, unitFindings } from './contract-sense.ts';
import type { ContractLevel } from './contract-sense.ts';
import { judgeCompleteness, tradedDays } from './completeness.ts';
import type { Gap, TradedDays } from './completeness.ts';
import { SEVERITIES } from './finding.ts';
import type { Finding } from './finding.ts';
import { auditFolder } from './folder-audit.ts';
import { historyHoles } from './history-holes.ts';
import { neighbourFindings } from './neighbours.ts';
import type { QuietContract } from './neighbours.ts';
import { auditSeries } from './series-audit.ts';
import type { SeriesAudit } from './series-audit.ts';
import { nameOf } from './series-name.ts';
import { SeriesTables } from './standing.ts';

/** What an audit goes by beside the folder. */
export interface VerifyOptions {
  readonly below?: Below;
  /** Days off by the settings, on which no bar is due. */
  readonly closures?: readonly Closure[];
}

/** What an audit comes to. */
export interface Audit {
  /** Series that were looked at. */
  readonly checked: readonly SeriesName[];
  /** The gravest first. */
  readonly findings: readonly Finding[];
  /** Names that mean nothing in this folder. */
  readonly unknown: readonly UnknownName[];
  /** Series with files that cannot be relied on; their bars are left out. */
  readonly broken: readonly Omit<SeriesAudit, 'bars'>[];
  /** Where other series say that bars are missing. */
  readonly gaps: readonly Gap[];
}

const lies = (path: string, under: string): boolean => under === '' || path === under || path.startsWith(`${under}/`);

/** Reads a path as one below the data folder; undefined where it leads elsewhere. */
type Below = (path: string) => string | undefined;

/** A manifest that is that of another series: what a file synchronisation leaves that finds two versions of it. */
function copyFinding(key: string, of: string): Finding {
  const series = `${OWN_FOLDER}/series/${key}.json`;
  return { series, kind: 'foreign-file', detail: `a copy of the manifest of ${of}`, severity: 'info' };
}

function daysOf({ name, version, bars }: SeriesAudit): TradedDays[] {
  if (version === undefined) return [];
  const { coverage, timezone } = storedSeries(version, name.period);
  return [tradedDays(name, (bars ?? NO_BARS).time, coverage, timezone)];
}

/** Dates long ago on which the exchange of a series traded and the series has no bar. */
function holesOf({ name, version, bars }: SeriesAudit, tables: SeriesTables, now: number): Finding[] {
  if (version === undefined || bars === undefined) return [];
  const stored = storedSeries(version, name.period);
  const faults = historyHoles(name, bars, { table: tables.of({ ...name, ...version }), stored }, now);
  return faults.map((fault) => ({ series: name.series, ...fault }));
}

const hasError = ({ faults }: SeriesAudit): boolean => faults.some(({ severity }) => severity === 'error');

/**
 * Audits a folder: files against manifests, the bars themselves, completeness, files that belong to nobody. Reads every
 * file whole, one after the other; takes no lock and writes nothing. A run may be at work meanwhile, so an error is
 * believed only when a second look finds it too.
 * @param names to which it is limited, as matchSeries reads them, or paths of files that belong to nobody; none: everything.
 *   Completeness is judged among these series only
 * @throws VortexError `folder-unusable`
 */
export async function verifyFolder(
  root: string,
  now: number,
  names: readonly string[],
  { below = () => undefined, closures = [] }: VerifyOptions = {},
): Promise<Audit> {
  requireFolder(root);
  const open = (): SeriesStore => new SeriesStore(root, 'verify', () => now);
  const store = open();
  const checked: SeriesName[] = [];
  const findings: Finding[] = [];
  const traded: TradedDays[] = [];
  const listed = new Set<string>();
  const broken: Omit<SeriesAudit, 'bars'>[] = [];
  const quiet: QuietContract[] = [];
  const levels: ContractLevel[] = [];
  const tables = new SeriesTables(closures);
  const keys = store.keys();
  const copies = keys.flatMap((key) => {
    const of = store.manifestOf(key)?.series ?? key;
    return of === key ? [] : [{ key, of }];
  });
  const isCopy = new Set(copies.map(({ key }) => key));
  const all = keys.filter((key) => !isCopy.has(key)).flatMap((key) => nameOf(store, key) ?? []);
  const { found, unknown } = matchSeries(names, all, { now, below });
  const meant = new Set(found);
  if (names.length === 0) findings.push(...copies.map(({ key, of }) => copyFinding(key, of)));
  for (const name of all) {
    const { series: key } = name;
    for (const { path } of store.manifestOf(key)?.files ?? []) listed.add(path);
    if (!meant.has(name)) continue;
    let audit = await auditSeries(root, store, name);
    if (hasError(audit)) audit = await auditSeries(root, open(), name);
    for (const path of audit.paths) listed.add(path);
    checked.push(name);
    findings.push(...audit.faults.map((fault) => ({ series: key, ...fault })));
    findings.push(...holesOf(audit, tables, now));
    traded.push(...daysOf(audit));
    const { bars, ...rest } = audit;
    if (rest.broken.size > 0) broken.push(rest);
    if (rest.quiet.length > 0) quiet.push(rest);
    const level = bars === undefined ? undefined : levelOf(name, bars);
    if (level !== undefined) levels.push(level);
  }
  findings.push(...unitFindings(levels));
  for (const contract of quiet) findings.push(...(await neighbourFindings(open(), keys, contract)));
  const strayOf = (name: string): readonly Finding[] => {
    const path = below(name) ?? name.replace(/^\.\//, '').replace(/\/+$/, '');
    return strays.filter(({ series }) => lies(series, path));
  };
  const strays = auditFolder(root, listed);
  const wanted = new Set(names.flatMap(strayOf));
  const completeness = judgeCompleteness(traded);
  const rank = ({ severity }: Finding): number => SEVERITIES.indexOf(severity);
  return {
    checked,
    findings: [
      ...findings,
      ...completeness.findings,
      ...strays.filter((finding) => names.length === 0 || wanted.has(finding)),
    ].sort((a, b) => rank(a) - rank(b) || (a.series < b.series ? -1 : a.series > b.series ? 1 : 0)),
    unknown: unknown.filter(({ name }) => strayOf(name).length === 0),
    broken,
    gaps: completeness.gaps,
  };
}
