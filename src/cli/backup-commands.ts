import type { Command } from 'commander';
import type { BackupFlags, CreateFlags, PruneFlags } from './backup.ts';
import type { Surroundings } from './context.ts';
import type { RestoreFlags } from './restore.ts';

/** Hangs `vortex backup …` into the program. */
export function addBackup(
  program: Command,
  withFolder: (command: Command) => Command,
  surroundings: Surroundings,
  done: (exitCode: number) => void,
): void {
  const group = program
    .command('backup')
    .summary('make backups, list, verify, restore and prune them')
    .description('Backups of a data folder: to a folder, an S3-compatible bucket or a restic repository.');
  const add = (name: string): Command =>
    withFolder(group.command(name))
      .option('--target <place>', 'a folder or s3://bucket/prefix (default: backups in the data folder)')
      .option('--engine <engine>', 'tar, or restic with its own repository (default: tar)');

  add('create')
    .description(
      'Makes a backup of series, manifests, raw answers and settings without their secrets. A download may be at work.',
    )
    .option('--prune', 'then remove backups that no rule of the settings keeps (backup.keep_…)')
    .option(
      '--verify-every <days>',
      'then read it whole, if no verification was good within so many days (0: each time)',
    )
    .addHelpText('after', '\nExample:\n  vortex backup create --target /mnt/backups\n')
    .action(async (flags: CreateFlags) => {
      done(await (await import('./backup.ts')).createBackup(flags, surroundings));
    });
  add('list')
    .description('Lists the backups that are whole, the oldest first.')
    .addHelpText('after', '\nExample:\n  vortex backup list --json\n')
    .action(async (flags: BackupFlags) => {
      done(await (await import('./backup.ts')).listBackups(flags, surroundings));
    });
  add('verify')
    .description('Reads backups whole and hashes every file in them; one that is not good is exit code 3.')
    .argument('[names...]', 'names of backups; none: all')
    .addHelpText('after', '\nExample:\n  vortex backup verify\n')
    .action(async (names: string[], flags: BackupFlags) => {
      done(await (await import('./backup.ts')).verifyBackups(names, flags, surroundings));
    });
  add('restore')
    .description(
      'Restores a backup, all or some series of it, and reads everything again. The settings go to .vortex/restored-config.',
    )
    .argument('[symbols...]', 'GOLD, GCJ24, stock:SPY, stocks/1d/SPY, stocks …; none: everything')
    .option('--to <dir>', 'the folder to restore to')
    .option('--at <time>', 'the newest backup of that time or before (2026-01-15, an instant), or a name')
    .option('--overwrite', 'replace series that stand there')
    .addHelpText('after', '\nExample:\n  vortex backup restore --to ./restored --at 2026-01-15 SPY\n')
    .action(async (symbols: string[], flags: RestoreFlags) => {
      done(await (await import('./restore.ts')).restore(symbols, flags, surroundings));
    });
  add('prune')
    .description('Removes backups that no rule keeps; never the last good one.')
    .option('--keep-days <n>', 'keep all of so many days (default: 30)')
    .option('--keep-last <n>', 'keep the last so many (default: 7)')
    .option('--keep-weekly <n>', 'keep the last one of each of so many weeks (default: 0)')
    .option('--keep-monthly <n>', 'keep the last one of each of so many months (default: 0)')
    .option('--dry-run', 'show what would go; remove nothing')
    .addHelpText('after', '\nExample:\n  vortex backup prune --keep-days 30 --keep-weekly 12 --dry-run\n')
    .action(async (flags: PruneFlags) => {
      done(await (await import('./backup.ts')).prune(flags, surroundings));
    });
}
