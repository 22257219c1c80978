import { join } from 'node:path';
import { concatBars } from '../market/bars.ts';
import type { Bars } from '../market/bars.ts';
import { VortexError } from '../market/errors.ts';
import type { Format } from '../market/file-format.ts';
import { formatRange } from '../market/stored-series.ts';
import { columnNames } from '../market/columns.ts';
import { decodeFile } from '../store/encoding.ts';
import { isContent } from '../disk/checksum.ts';
import { readWhole, statFile } from '../disk/files.ts';
import { storedSeries, versionOf } from '../store/manifest.ts';
import type { Manifest, ManifestVersion, StoredFile } from '../store/manifest-form.ts';
import { revisionsPath } from '../store/revisions.ts';
import type { SeriesStore } from '../store/series-store.ts';
import { auditBars, firstDifference } from './bar-audit.ts';
import { futureOf } from './contract-sense.ts';
import { auditCsv } from './csv-audit.ts';
import type { Fault } from './finding.ts';
import type { SenseFinding } from './sense-finding.ts';
import { senseOf } from './sense.ts';
import type { QuietRun } from './sense.ts';
import type { SeriesName } from '../market/series.ts';

/** What an audit of one series comes to. */
export interface SeriesAudit {
  readonly name: SeriesName;
  /** Below the data folder: the files that its manifest lists. */
  readonly paths: readonly string[];
  readonly faults: readonly Fault[];
  /** What is in force; absent when its manifest cannot be read. */
  readonly version?: ManifestVersion;
  /** Its bars, if they can be read. */
  readonly bars?: Bars;
  /** Of a contract: where it stood still, which is a fault where its neighbours moved. */
  readonly quiet: readonly QuietRun[];
  /** Files that cannot be relied on; below the data folder. */
  readonly broken: ReadonlySet<string>;
}

interface ReadFile {
  readonly bars?: Bars;
  readonly faults: readonly Fault[];
}

interface ReadFiles extends ReadFile {
  readonly broken: ReadonlySet<string>;
}

const isError = ({ severity }: Fault): boolean => severity === 'error';

async function readFile(root: string, file: StoredFile, period: Manifest['period']): Promise<ReadFile> {
  const { path, format } = file;
  const found = readWhole(join(root, path));
  if (found === undefined) {
    return { faults: [{ kind: 'file-missing', detail: `${path} is gone`, severity: 'error' }] };
  }
  const faults: Fault[] = [];
  const tail = file.blocks === undefined ? 0 : found.length - file.bytes;
  const content = tail > 0 && isContent(found.subarray(0, file.bytes), file) ? found.subarray(0, file.bytes) : found;
  if (content !== found) {
    const detail = `${path}: ${tail} bytes behind its last bar were never committed; the next download cuts them`;
    faults.push({ kind: 'tail', detail, severity: 'error' });
  }
  if (content.length !== file.bytes) {
    const detail = `${path}: ${content.length} bytes, by the manifest ${file.bytes}`;
    faults.push({ kind: 'file-changed', detail, severity: 'error' });
  } else if (!isContent(content, file)) {
    const detail = `${path}: other content than the manifest knows, of the same size`;
    faults.push({ kind: 'file-changed', detail, severity: 'error' });
  }
  if (format === 'csv') {
    const { bars, faults: more } = auditCsv(content, period, path);
    return { ...(bars === undefined ? {} : { bars }), faults: [...faults, ...more] };
  }
  try {
    return { bars: await decodeFile(content, format, path), faults };
  } catch (error) {
    if (!(error instanceof VortexError) || error.code !== 'file-corrupt') throw error;
    return { faults: [...faults, { kind: 'file-unreadable', detail: error.message, severity: 'error' }] };
  }
}

/** The bars of one format, joined over its files, and what is wrong with the files; bars only when all can be read. */
async function readFormat(
  root: string,
  version: ManifestVersion,
  format: Format,
  period: Manifest['period'],
): Promise<ReadFiles> {
  const read: ReadFile[] = [];
  const broken = new Set<string>();
  for (const file of version.files) {
    if (file.format !== format) continue;
    const one = await readFile(root, file, period);
    read.push(one);
    if (one.bars === undefined || one.faults.some((fault) => isError(fault) && fault.kind !== 'tail'))
      broken.add(file.path);
  }
  const parts = read.flatMap(({ bars }) => (bars === undefined ? [] : [bars]));
  return {
    ...(parts.length === 0 || parts.length < read.length ? {} : { bars: concatBars(parts) }),
    faults: read.flatMap(({ faults }) => faults),
    broken,
  };
}

/** Length of the log of revisions against what was committed of it. */
function auditRevisions(root: string, key: string, version: ManifestVersion): Fault[] {
  const committed = version.revision_bytes ?? 0;
  const bytes = statFile(revisionsPath(root, key))?.bytes ?? 0;
  if (bytes === committed) return [];
  const detail = `the log of revisions has ${bytes} bytes, by the manifest ${committed}`;
  return bytes < committed
    ? [{ kind: 'revisions-lost', detail, severity: 'error' }]
    : [{ kind: 'revisions-tail', detail: `${detail}; the next change cuts it`, severity: 'info' }];
}

/** What makes no sense, as a fault of the series. */
function asFault({ kind, detail, severity }: SenseFinding): Fault {
  return { kind, detail, severity };
}

/** The bars of the first format that can be read, against which the others are held. */
interface Kept {
  readonly bars: Bars;
  readonly format: Format;
  /** False when the bars are wrong by themselves or not those of the manifest. */
  readonly areGood: boolean;
  /** False when one of the files is not as it was written. */
  readonly isWhole: boolean;
}

interface AuditedVersion extends ReadFiles {
  readonly quiet: readonly QuietRun[];
}

async function auditVersion(root: string, manifest: Manifest, version: ManifestVersion): Promise<AuditedVersion> {
  const { period } = manifest;
  const said = { ...version, coverage: storedSeries(version, period).coverage };
  const faults: Fault[] = [];
  const broken = new Set<string>();
  const quiet: QuietRun[] = [];
  const future = futureOf(manifest, version.expires);
  let kept: Kept | undefined;
  for (const format of new Set(version.files.map((file) => file.format))) {
    const read = await readFormat(root, version, format, period);
    const paths = version.files.filter((file) => file.format === format).map(({ path }) => path);
    faults.push(...read.faults);
    for (const path of read.broken) broken.add(path);
    if (read.bars === undefined) continue;
    const difference = kept === undefined ? undefined : firstDifference(kept.bars, read.bars, period);
    let areGood = kept?.areGood ?? true;
    if (kept !== undefined && difference !== undefined) {
      const detail = `${kept.format} and ${format} hold different bars: ${difference}`;
      faults.push({ kind: 'formats-differ', detail, severity: 'error' });
      // Of two that are as they were written nobody knows which is right; the first is taken at its word.
      areGood = !(kept.areGood && kept.isWhole);
    }
    if (kept === undefined || difference !== undefined) {
      const found = auditBars(read.bars, columnNames(read.bars), period, said, paths[0] ?? format);
      faults.push(...found);
      areGood = areGood && !found.some(isError);
      // What makes no sense is the source's word all the same: the file is as it was written.
      if (areGood) {
        const sense = senseOf(read.bars, period, future);
        faults.push(...sense.findings.map(asFault));
        quiet.push(...sense.quiet);
      }
    }
    if (!areGood) for (const path of paths) broken.add(path);
    kept ??= { bars: read.bars, format, areGood, isWhole: read.broken.size === 0 };
  }
  if (version.files.length === 0 && version.rows > 0) {
    faults.push({ kind: 'rows', detail: `no file, by the manifest ${version.rows} rows`, severity: 'error' });
  }
  return { ...(kept === undefined ? {} : { bars: kept.bars }), faults, quiet, broken };
}

/** The version to judge by: what a commit that was cut off left in force, else all that the manifest says. */
function inForce(manifest: Manifest, read: ManifestVersion | undefined): ManifestVersion {
  const isBefore = read?.updated_at === manifest.before?.updated_at && read?.run === manifest.before?.run;
  return read !== undefined && isBefore ? read : versionOf(manifest);
}

/** Ranges that another provider than that of the series told of. */
function auditMixed(version: ManifestVersion, period: Manifest['period']): Fault[] {
  return (storedSeries(version, period).mixed ?? []).map(({ provider, ...range }) => {
    const [from, to] = formatRange(range, period);
    const detail = `${from} to ${to} is by the word of ${provider}; the series is kept from ${version.provider ?? 'another'}`;
    return { kind: 'mixed', detail, severity: 'info' };
  });
}

/** Reads every file of one series and checks it against the manifest and by itself. Writes nothing. */
export async function auditSeries(root: string, store: SeriesStore, name: SeriesName): Promise<SeriesAudit> {
  const { series, period } = name;
  const manifest = store.manifestOf(series);
  if (manifest?.series !== series) {
    const detail = manifest === undefined ? 'cannot be read' : `is that of ${manifest.series}`;
    const fault: Fault = { kind: 'manifest-unreadable', detail: `its manifest ${detail}`, severity: 'error' };
    return { name, paths: [], faults: [fault], quiet: [], broken: new Set() };
  }
  const version = inForce(manifest, store.read({ key: series, period }).version);
  const { bars, faults, quiet, broken } = await auditVersion(root, manifest, version);
  const isBefore = version.files.some(({ sha256 }, index) => sha256 !== manifest.files[index]?.sha256);
  const unfinished: Fault[] =
    manifest.before !== undefined && isBefore
      ? [{ kind: 'unfinished-commit', detail: 'a run was cut off here; the next one finishes it', severity: 'info' }]
      : [];
  return {
    name,
    paths: [...new Set([...manifest.files, ...version.files].map(({ path }) => path))],
    faults: [...faults, ...unfinished, ...auditMixed(version, period), ...auditRevisions(root, series, version)],
    version,
    quiet,
    broken,
    ...(bars === undefined ? {} : { bars }),
  };
}
