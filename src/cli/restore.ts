import { createdAt } from '../backup/description.ts';
import type { BackupDescription } from '../backup/description.ts';
import type { BackupEngine } from '../backup/engine.ts';
import { restoreBackup, seriesOf } from '../backup/restore.ts';
import { EXIT } from '../download/exit-code.ts';
import { parseTradeDate } from '../market/calendar.ts';
import { usageError } from '../market/errors.ts';
import { matchSeries } from '../market/match-series.ts';
import { DAY_MS } from '../market/period.ts';
import type { Manifest } from '../store/manifest-form.ts';
import { openEngine } from './backup-engine.ts';
import { backupFlags } from './backup.ts';
import type { BackupFlags } from './backup.ts';
import { loadContext, readNow } from './context.ts';
import type { CommandContext, Surroundings } from './context.ts';
import { runName } from './download.ts';
import { folderOfFlag } from './folder-flag.ts';
import { writeJson } from './output.ts';
import { pathBelow } from './stored-names.ts';
import { formatBytes, thousands } from './table.ts';

/** The flags of `vortex backup restore`. */
export interface RestoreFlags extends BackupFlags {
  readonly to?: string;
  readonly at?: string;
  readonly overwrite?: boolean;
}

/**
 * The backup that --at means: a name, or the newest of that time or before; a date is the whole day. Pure.
 * @throws VortexError `usage`
 */
export function chooseBackup(
  backups: readonly BackupDescription[],
  at: string | undefined,
  place: string,
): BackupDescription {
  const newest = backups.at(-1);
  if (newest === undefined) throw usageError(`there is no backup in ${place}; name another place with --target`);
  if (at === undefined) return newest;
  const named = backups.find(({ name }) => name === at);
  if (named !== undefined) return named;
  if (at.startsWith('vortex-')) throw usageError(`no backup ${at} in ${place}; vortex backup list shows them`);
  const date = parseTradeDate(at);
  const until = date === undefined ? readTime(at) : date + DAY_MS - 1;
  const found = backups.findLast((backup) => createdAt(backup) <= until);
  if (found !== undefined) return found;
  throw usageError(`no backup in ${place} is of ${at} or before; the oldest is of ${backups[0]?.created_at ?? ''}`);
}

function readTime(text: string): number {
  try {
    return readNow(text);
  } catch {
    throw usageError(`flag --at: ${text} is no time; write 2026-01-15, 2026-01-15T06:00:00Z or the name of a backup`);
  }
}

async function chooseSeries(
  symbols: readonly string[],
  engine: BackupEngine,
  backup: BackupDescription,
  context: CommandContext,
): Promise<{ series: readonly Manifest[] | undefined; unknown: string[] }> {
  if (symbols.length === 0) return { series: undefined, unknown: [] };
  const { found, unknown } = matchSeries(symbols, await seriesOf(engine, backup), {
    now: context.now,
    below: pathBelow(context.settings.output_dir, process.cwd()),
  });
  return {
    series: found,
    unknown: unknown.map(
      ({ name, near }) =>
        `${backup.name} has nothing of ${name}${near.length === 0 ? '' : `; nearest: ${near.join(', ')}`}`,
    ),
  };
}

/** `vortex backup restore`. */
export async function restore(
  symbols: readonly string[],
  flags: RestoreFlags,
  { output }: Surroundings,
): Promise<number> {
  const { to, at, overwrite = false, json = false } = flags;
  if (to === undefined)
    throw usageError('name the folder to restore to with --to; the data folder itself needs --overwrite too');
  const target = folderOfFlag('--to', to);
  const context = await loadContext(flags, backupFlags(flags), output);
  const engine = await openEngine(context);
  const backup = chooseBackup(await engine.list(), at, engine.place);
  const { series, unknown } = await chooseSeries(symbols, engine, backup, context);
  for (const line of unknown) output.err(`vortex: ${line}\n`);
  if (series?.length === 0) return EXIT.failed;
  const restored = await restoreBackup(engine, { backup, to: target, series, overwrite, run: runName(context.now) });
  for (const path of restored.quarantined) {
    output.err(`vortex: ${path} is later than the backup; it is set aside under .vortex/quarantine\n`);
  }
  const keys = series && new Set(series.map((one) => one.series));
  const damaged = backup.damaged.filter((key) => keys?.has(key) ?? true);
  for (const key of damaged) {
    output.err(
      `vortex: ${key} was damaged when the backup was made, and is restored as it was; ` +
        'run vortex verify --repair there, or take an earlier backup with --at\n',
    );
  }
  const exitCode = unknown.length > 0 ? EXIT.failed : EXIT.ok;
  const summary =
    `${thousands(restored.series)} series of ${backup.created_at} restored to ${target}: ` +
    `${thousands(restored.files)} files, ${formatBytes(restored.bytes)}, all read again and right\n`;
  if (json) {
    writeJson(output, {
      schema: 1,
      exitCode,
      backup: backup.name,
      created_at: backup.created_at,
      to: target,
      ...restored,
      damaged,
    });
    output.err(summary);
  } else output.out(summary);
  return exitCode;
}
