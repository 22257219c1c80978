import { join } from 'node:path';
import { usageError } from '../market/errors.ts';
import { pathPart } from '../market/series.ts';
import { statFile } from '../disk/files.ts';
import { manifestText } from '../store/journal.ts';
import type { Manifest } from '../store/manifest-form.ts';
import { relocate } from '../store/relocation.ts';
import type { Relocation } from '../store/relocation.ts';
import { filesOf, intoQuarantine, manifestFile, revisionsFile } from '../store/series-files.ts';
import { tombstoneFile } from '../store/tombstones.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { atDesk, storedNamed } from './series-desk.ts';
import type { SeriesDesk, SeriesOutcome } from './series-desk.ts';

/** The key of a series under another name of its instrument. */
function renamedKey(key: string, before: string, after: string): string {
  const [folder = '', period = '', , contract] = key.split('/');
  const stem = `${folder}/${period}/${after}`;
  return contract === undefined ? stem : `${stem}/${contract.replace(`${before}_`, `${after}_`)}`;
}

/** A manifest under another name. The symbol of an undated series is its name; that of a contract stays. */
function renamed(manifest: Manifest, key: string, name: string): Manifest {
  const { series, files, formerly = [], before, source_symbol, ...facts } = manifest;
  return {
    ...facts,
    series: key,
    instrument: name,
    symbol: manifest.symbol === manifest.instrument ? name : manifest.symbol,
    commit: manifest.commit + 1,
    formerly: [...formerly, series],
    files: files.map((file) => ({ ...file, path: key + file.path.slice(series.length) })),
  };
}

function relocationOf(manifests: readonly Manifest[], after: string, { root, run, context }: SeriesDesk): Relocation {
  const part = pathPart(after);
  const one = (manifest: Manifest): Relocation => {
    const { series } = manifest;
    const key = renamedKey(series, pathPart(manifest.instrument), part);
    const place = (path: string): string =>
      path === revisionsFile(series) ? revisionsFile(key) : key + path.slice(series.length);
    const own = manifestFile(series);
    const files = filesOf(root, manifest).filter((path) => path !== own);
    return {
      moves: [...files.map((from) => ({ from, to: place(from) })), ...intoQuarantine(run, [own])],
      writes: [
        { path: manifestFile(key), text: manifestText(renamed(manifest, key, after)).toString() },
        tombstoneFile(series, `renamed to ${key}`, context.now),
      ],
    };
  };
  const all = manifests.map(one);
  return { moves: all.flatMap(({ moves }) => moves), writes: all.flatMap(({ writes }) => writes) };
}

async function rename(before: string, after: string, desk: SeriesDesk): Promise<SeriesOutcome> {
  const plain = before.replace(/^(future|stock|forex):/, '');
  const found = storedNamed(before, desk).filter(({ name }) => name.instrument === plain);
  if (found.length === 0) {
    const reason = 'no instrument of this name is stored; a contract or a single period cannot be renamed';
    return { done: [], refused: [{ series: before, reason }] };
  }
  if (new Set(found.map(({ name }) => name.class)).size > 1) {
    throw usageError(
      `${before} is stored in more than one class; write stock:${plain}, future:${plain} or forex:${plain}`,
    );
  }
  const manifests = found.map(({ manifest }) => manifest);
  const relocation = relocationOf(manifests, after, desk);
  const taken = relocation.moves.find(({ to }) => statFile(join(desk.root, to)) !== undefined)?.to;
  const written = relocation.writes.find(
    ({ path }) => !path.includes('/removed/') && statFile(join(desk.root, path)) !== undefined,
  );
  const inTheWay = taken ?? written?.path;
  if (inTheWay !== undefined) {
    const reason = `${inTheWay} is there already; nothing was renamed. vortex series remove ${after} makes room`;
    return { done: [], refused: [{ series: before, reason }] };
  }
  await relocate(desk.root, relocation);
  const key = (series: string): string => renamedKey(series, pathPart(plain), pathPart(after));
  return { done: found.map(({ name: { series } }) => ({ series, what: `is now ${key(series)}` })), refused: [] };
}

/** `vortex series rename`: all series of an instrument under another name, in one step. */
export function renameSeries(
  before: string,
  after: string,
  flags: CommonFlags,
  surroundings: Surroundings,
): Promise<number> {
  if (!/^[^\s/:]+$/.test(after)) throw usageError(`${after} cannot be the name of an instrument`);
  return atDesk(flags, surroundings, (desk) => rename(before, after, desk));
}
