import { checkBackup } from '../backup/check.ts';
import type { CheckedBackup } from '../backup/check.ts';
import { createdAt } from '../backup/description.ts';
import type { BackupDescription } from '../backup/description.ts';
import type { BackupEngine } from '../backup/engine.ts';
import { pruneBackups } from '../backup/prune.ts';
import type { Pruned } from '../backup/prune.ts';
import type { FlagValue } from '../config/setting-layers.ts';
import { EXIT, stoppedCode } from '../download/exit-code.ts';
import { asVortexError, usageError } from '../market/errors.ts';
import { nearest } from '../market/nearest.ts';
import { makeBackup, openEngine } from './backup-engine.ts';
import { tellBackup, toldBackup } from './backup-metrics.ts';
import { isVerificationDue, readDays } from './backup-verification.ts';
import { loadContext } from './context.ts';
import type { CommandContext, CommonFlags, Surroundings } from './context.ts';
import { writeJson } from './output.ts';
import { formatBytes, textTable, thousands } from './table.ts';

/** The flags of every `vortex backup` command. */
export interface BackupFlags extends CommonFlags {
  readonly target?: string;
  readonly engine?: string;
}

/** The flags of `vortex backup create`. */
export interface CreateFlags extends BackupFlags {
  readonly prune?: boolean;
  readonly verifyEvery?: string;
}

/** The flags of `vortex backup prune`. */
export interface PruneFlags extends BackupFlags {
  readonly keepDays?: string;
  readonly keepLast?: string;
  readonly keepWeekly?: string;
  readonly keepMonthly?: string;
  readonly dryRun?: boolean;
}

/** The settings that flags of backups stand for. */
export function backupFlags(flags: PruneFlags): FlagValue[] {
  return [
    { path: 'backup.target', flag: '--target', value: flags.target },
    { path: 'backup.engine', flag: '--engine', value: flags.engine },
    { path: 'backup.keep_days', flag: '--keep-days', value: flags.keepDays },
    { path: 'backup.keep_last', flag: '--keep-last', value: flags.keepLast },
    { path: 'backup.keep_weekly', flag: '--keep-weekly', value: flags.keepWeekly },
    { path: 'backup.keep_monthly', flag: '--keep-monthly', value: flags.keepMonthly },
  ];
}

/** One line on a new backup. Pure. */
export function backupLine({ name, series, files, bytes, archive }: BackupDescription, place: string): string {
  const packed = archive === undefined ? '' : `, ${formatBytes(archive.bytes)} packed`;
  return `backup ${name}: ${thousands(series)} series in ${thousands(files)} files, ${formatBytes(bytes)}${packed}, to ${place}`;
}

function tellDamaged({ damaged }: BackupDescription, { output }: Pick<CommandContext, 'output'>): void {
  for (const series of damaged) {
    output.err(
      `vortex: ${series}: its files are not what their manifest says; they are in the backup as they stand; ` +
        'run vortex verify --repair\n',
    );
  }
}

/** What a clock is to be told of that stands before the newest backup. */
function tellClock(backups: readonly BackupDescription[], { now, output }: CommandContext): void {
  const newest = backups.at(-1);
  if (newest === undefined || createdAt(newest) <= now) return;
  output.err(
    `vortex: it is ${new Date(now).toISOString()}, but the newest backup, ${newest.name}, is of later; is the clock right?\n`,
  );
}

/** `vortex backup create`. Takes no lock: a download may be at work. With `prune` backups that no rule of the settings keeps go. */
export async function createBackup(flags: CreateFlags, { output, signal }: Surroundings): Promise<number> {
  const verifyEvery = readDays(flags.verifyEvery);
  const context = await loadContext(flags, backupFlags(flags), output);
  const make = async () => {
    const engine = await openEngine(context);
    tellClock(await engine.list(), context);
    const backup = await makeBackup(context, engine, signal);
    tellDamaged(backup, context);
    const pruned =
      (flags.prune ?? false) ? await pruneBackups(engine, rulesOf(context.settings.backup), context.now) : undefined;
    for (const one of pruned?.broken ?? []) tellProblems(one, context);
    const isBad = backup.damaged.length > 0 || (pruned?.broken ?? []).length > 0;
    return { engine, backup, pruned, exitCode: isBad ? EXIT.failed : EXIT.ok };
  };
  let made: Awaited<ReturnType<typeof make>>;
  try {
    made = await toldBackup(context, make);
  } catch (error) {
    if (!signal.aborted) throw error;
    output.err(`vortex: ${asVortexError(error).message}\n`);
    return stoppedCode(signal);
  }
  const { engine, backup, pruned } = made;
  const isGood = !isVerificationDue(context, verifyEvery) || (await verifiedNow(engine, backup, context));
  const exitCode = isGood ? made.exitCode : EXIT.failed;
  if (flags.json ?? false) writeJson(output, { schema: 1, exitCode, place: engine.place, backup, pruned });
  else {
    output.out(`${backupLine(backup, engine.place)}\n`);
    if (pruned !== undefined) output.out(countLine(pruned));
  }
  return exitCode;
}

/** Reads a new backup whole and hashes every file of it. @returns whether it is good */
async function verifiedNow(engine: BackupEngine, backup: BackupDescription, context: CommandContext): Promise<boolean> {
  const checked = await checkBackup(engine, backup);
  tellProblems(checked, context);
  const isGood = checked.problems.length === 0;
  await tellBackup(context, isGood ? { lastVerified: new Date().getTime() } : { exitCode: EXIT.failed });
  return isGood;
}

/**
 * A backup after a successful run, and a prune by the settings. A run whose backup failed is not a success: nobody reads a
 * log of good runs.
 * @returns the exit code of the backup: 0 or 1
 */
export async function backupAfterRun(context: CommandContext, signal: AbortSignal): Promise<number> {
  const { output, now, settings } = context;
  try {
    const { exitCode } = await toldBackup(context, async () => {
      const engine = await openEngine(context);
      tellClock(await engine.list(), context);
      const backup = await makeBackup(context, engine, signal);
      tellDamaged(backup, context);
      output.err(`${backupLine(backup, engine.place)}\n`);
      const { broken } = await pruneBackups(engine, rulesOf(settings.backup), now);
      for (const one of broken) tellProblems(one, context);
      return { exitCode: broken.length > 0 || backup.damaged.length > 0 ? EXIT.unexpected : EXIT.ok };
    });
    return exitCode;
  } catch (cause) {
    output.err(`vortex: the run is good and saved, but its backup failed: ${asVortexError(cause).message}\n`);
    return EXIT.unexpected;
  }
}

const rulesOf = (backup: CommandContext['settings']['backup']) => ({
  days: backup.keep_days,
  last: backup.keep_last,
  weekly: backup.keep_weekly,
  monthly: backup.keep_monthly,
});

/** How many problems of one backup are told; --json has all. */
const TOLD = 10;

function tellProblems({ name, problems }: CheckedBackup, { output }: Pick<CommandContext, 'output'>): void {
  for (const problem of problems.slice(0, TOLD)) output.err(`vortex: ${name}: ${problem}\n`);
  if (problems.length > TOLD) output.err(`vortex: ${name}: and ${thousands(problems.length - TOLD)} more\n`);
}

/** `vortex backup list`: whole backups, the oldest first. */
export async function listBackups(flags: BackupFlags, { output }: Surroundings): Promise<number> {
  const context = await loadContext(flags, backupFlags(flags), output);
  const engine = await openEngine(context);
  const backups = await engine.list();
  if (flags.json ?? false) {
    writeJson(output, { schema: 1, place: engine.place, backups });
    return EXIT.ok;
  }
  if (backups.length > 0) {
    const rows = backups.map(({ name, created_at, series, files, bytes, archive, damaged }) => [
      name,
      created_at,
      series,
      files,
      formatBytes(bytes),
      archive === undefined ? '-' : formatBytes(archive.bytes),
      damaged.length,
    ]);
    output.out(textTable(['name', 'of', 'series', 'files', 'size', 'packed', 'damaged'], rows));
  }
  output.out(
    `${backups.length === 0 ? 'no backups' : `${thousands(backups.length)} ${backups.length === 1 ? 'backup' : 'backups'}`} in ${engine.place}\n`,
  );
  return EXIT.ok;
}

/** Backups by their names, or all. @throws VortexError `usage` */
function named(names: readonly string[], backups: readonly BackupDescription[], place: string): BackupDescription[] {
  return names.length === 0
    ? [...backups]
    : names.map((name) => {
        const found = backups.find((backup) => backup.name === name);
        if (found !== undefined) return found;
        const near = nearest(name, new Set(backups.map((backup) => backup.name)));
        throw usageError(`no backup ${name} in ${place}${near.length === 0 ? '' : `; nearest: ${near.join(', ')}`}`);
      });
}

/** `vortex backup verify`: reads backups whole and hashes every file. */
export async function verifyBackups(
  names: readonly string[],
  flags: BackupFlags,
  { output, signal }: Surroundings,
): Promise<number> {
  const context = await loadContext(flags, backupFlags(flags), output);
  const engine = await openEngine(context);
  const backups = named(names, await engine.list(), engine.place);
  const checked = [];
  for (const backup of backups) {
    if (signal.aborted) return stoppedCode(signal);
    const one = await checkBackup(engine, backup);
    checked.push(one);
    tellProblems(one, context);
    if (!(flags.json ?? false)) {
      output.out(`${one.name}: ${one.problems.length === 0 ? `good, ${thousands(one.files)} files` : 'not good'}\n`);
    }
  }
  if (names.length === 0) {
    for (const name of await engine.unreadable()) {
      const problem = 'its description cannot be read, so that it is not listed; tar and sha256sum can still read it';
      const one = { name, files: 0, problems: [problem] };
      checked.push(one);
      tellProblems(one, context);
      if (!(flags.json ?? false)) output.out(`${name}: not good\n`);
    }
  }
  if (checked.length === 0)
    output.err(`vortex: there are no backups in ${engine.place}; vortex backup create makes one\n`);
  const isBad = checked.length === 0 || checked.some(({ problems }) => problems.length > 0);
  const exitCode = isBad ? EXIT.failed : EXIT.ok;
  const newest = (await engine.list()).at(-1)?.name;
  if (!isBad && checked.some(({ name }) => name === newest))
    await tellBackup(context, { lastVerified: new Date().getTime() });
  if (flags.json ?? false) writeJson(output, { schema: 1, exitCode, place: engine.place, checked });
  return exitCode;
}

const countLine = ({ kept, removed }: Pruned): string =>
  `${thousands(kept.length)} kept, ${thousands(removed.length)} removed\n`;

/** `vortex backup prune`. */
export async function prune(flags: PruneFlags, { output }: Surroundings): Promise<number> {
  const context = await loadContext(flags, backupFlags(flags), output);
  const engine = await openEngine(context);
  tellClock(await engine.list(), context);
  const { dryRun = false, json = false } = flags;
  const pruned = await pruneBackups(engine, rulesOf(context.settings.backup), context.now, dryRun);
  for (const one of pruned.broken) tellProblems(one, context);
  const exitCode = pruned.broken.length > 0 ? EXIT.failed : EXIT.ok;
  if (json) writeJson(output, { schema: 1, exitCode, dryRun, place: engine.place, ...pruned });
  else {
    for (const { name, reasons } of pruned.kept) output.out(`keep    ${name} (${reasons.join(', ')})\n`);
    for (const name of pruned.removed) output.out(`${dryRun ? 'would remove' : 'removed'} ${name}\n`);
    output.out(countLine(pruned));
  }
  return exitCode;
}
