import { NO_BARS } from '../market/bars.ts';
import type { Closure } from '../market/exchange-table.ts';
import { storedSeries } from '../store/manifest.ts';
import { requireFolder } from '../store/listing.ts';
import type { Manifest } from '../store/manifest-form.ts';
import { OWN_FOLDER } from '../store/paths.ts';
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
import { nameFromKey } from './series-name.ts';
import type { SeriesName } from './series-name.ts';
import { SeriesTables } from './standing.ts';

/** What an audit comes to. */
export interface Audit {
  /** Series that were looked at. */
  readonly checked: readonly SeriesName[];
  /** The gravest first. */
  readonly findings: readonly Finding[];
  /** Paths that mean nothing in this folder. */
  readonly unknown: readonly string[];
  /** Keys of all series, for suggestions. */
  readonly keys: readonly string[];
  /** Series with files that cannot be relied on; their bars are left out. */
  readonly broken: readonly Omit<SeriesAudit, 'bars'>[];
  /** Where other series say that bars are missing. */
  readonly gaps: readonly Gap[];
}

const lies = (path: string, under: string): boolean => under === '' || path === under || path.startsWith(`${under}/`);

/** The name of a series by its manifest, else by its place; undefined for a file that is no manifest of ours. */
function nameOf(manifest: Manifest | undefined, key: string): SeriesName | undefined {
  if (manifest === undefined) return nameFromKey(key);
  const { class: assetClass, instrument, symbol, period } = manifest;
  return { series: key, class: assetClass, instrument, symbol, period };
}

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
 * @param under paths below the folder (or keys) to which it is limited; none: everything. Completeness is judged among
 *   these series only
 * @param closures days off by the settings, on which no bar is due
 * @throws VortexError `folder-unusable`
 */
export async function verifyFolder(
  root: string,
  now: number,
  under: readonly string[],
  closures: readonly Closure[] = [],
): Promise<Audit> {
  requireFolder(root);
  const open = (): SeriesStore => new SeriesStore(root, 'verify', () => now);
  const store = open();
  const isMeant = (...paths: string[]): boolean =>
    under.length === 0 || paths.some((path) => under.some((limit) => lies(path, limit)));
  const checked: SeriesName[] = [];
  const findings: Finding[] = [];
  const traded: TradedDays[] = [];
  const listed = new Set<string>();
  const seen: string[] = [];
  const broken: Omit<SeriesAudit, 'bars'>[] = [];
  const quiet: QuietContract[] = [];
  const levels: ContractLevel[] = [];
  const tables = new SeriesTables(closures);
  const keys = store.keys();
  for (const key of keys) {
    const manifest = store.manifestOf(key);
    if (manifest !== undefined && manifest.series !== key) {
      if (isMeant(key)) findings.push(copyFinding(key, manifest.series));
      continue;
    }
    const name = nameOf(manifest, key);
    if (name === undefined) continue;
    const paths = manifest?.files.map(({ path }) => path) ?? [];
    for (const path of paths) listed.add(path);
    if (!isMeant(key, ...paths)) continue;
    let audit = await auditSeries(root, store, name);
    if (hasError(audit)) audit = await auditSeries(root, open(), name);
    for (const path of audit.paths) listed.add(path);
    seen.push(key, ...paths);
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
  const stray = auditFolder(root, listed).filter(({ series }) => isMeant(series));
  const completeness = judgeCompleteness(traded);
  const all = [...findings, ...completeness.findings, ...stray];
  const rank = ({ severity }: Finding): number => SEVERITIES.indexOf(severity);
  const present = [...seen, ...stray.map(({ series }) => series)];
  return {
    checked,
    findings: all.sort((a, b) => rank(a) - rank(b) || (a.series < b.series ? -1 : a.series > b.series ? 1 : 0)),
    unknown: under.filter((limit) => limit !== '' && !present.some((path) => lies(path, limit))),
    keys,
    broken,
    gaps: completeness.gaps,
  };
}
