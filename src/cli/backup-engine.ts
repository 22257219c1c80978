import { join, relative, resolve, sep } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { backupName } from '../backup/description.ts';
import type { BackupDescription } from '../backup/description.ts';
import type { BackupEngine } from '../backup/engine.ts';
import { TarEngine } from '../backup/tar-engine.ts';
import { takeSnapshot } from '../backup/snapshot.ts';
import { processEnvironment } from '../config/process-environment.ts';
import { settingsCopies } from '../config/without-secrets.ts';
import { systemClock } from '../http/clock.ts';
import { usageError, VortexError } from '../market/errors.ts';
import { PROVIDER_OPTIONS } from '../providers/registry.ts';
import { OWN_FOLDER } from '../disk/paths.ts';
import { checkDataFolder } from '../disk/listing.ts';
import type { CommandContext } from './context.ts';

/** Where only data and what the program keeps of them are. */
const NOT_FOR_BACKUPS = ['futures', 'stocks', 'forex', OWN_FOLDER];

/** Refuses a place in which a backup would be taken for data, and would be in the next one. @throws VortexError `usage` */
function checkPlace(root: string, place: string, setting: string): string {
  const path = resolve(place);
  const [first = ''] = relative(root, path).split(sep);
  if (!NOT_FOR_BACKUPS.includes(first)) return path;
  throw usageError(
    `${path} is in ${join(root, first)}, where the data are; name another place for backups with ${setting}`,
  );
}

/**
 * Opens what the settings name. What talks to buckets, or to restic, is loaded when it is needed.
 * @throws VortexError `config-invalid`
 */
export async function openEngine({ settings }: CommandContext): Promise<BackupEngine> {
  const { output_dir: root, backup } = settings;
  if (backup.engine === 'restic') {
    const [{ Restic }, { ResticEngine }] = await Promise.all([
      import('../backup/restic.ts'),
      import('../backup/restic-engine.ts'),
    ]);
    const { repository, password } = backup.restic;
    const local = repository?.replace(/^local:/, '');
    if (local !== undefined && !/^[a-z]+:/.test(local)) checkPlace(root, local, 'backup.restic.repository');
    const { access_key_id: accessKeyId, secret_access_key: secretAccessKey } = backup.s3;
    const env = processEnvironment();
    return new ResticEngine(new Restic({ repository, password, accessKeyId, secretAccessKey, env }), root);
  }
  if (backup.target?.startsWith('s3:') === true) {
    const { S3Target } = await import('../backup/s3-target.ts');
    return new TarEngine(new S3Target(backup.target, backup.s3));
  }
  const { FolderTarget } = await import('../backup/folder-target.ts');
  return new TarEngine(new FolderTarget(checkPlace(root, backup.target ?? join(root, 'backups'), '--target')));
}

async function* untilStopped<Item>(items: AsyncIterable<Item>, signal: AbortSignal): AsyncGenerator<Item> {
  for await (const item of items) {
    if (signal.aborted) {
      throw new VortexError('the backup was interrupted; nothing of it is kept', {
        code: 'interrupted',
        disposition: 'abort-run',
      });
    }
    yield item;
  }
}

/** Makes a backup of the data folder. @throws VortexError */
export async function makeBackup(
  context: CommandContext,
  engine: BackupEngine,
  signal: AbortSignal,
): Promise<BackupDescription> {
  const { settings, now } = context;
  checkDataFolder(settings.output_dir);
  const found = { series: 0, damaged: [] };
  const request = {
    root: settings.output_dir,
    now,
    config: settingsCopies(context, PROVIDER_OPTIONS),
    raw: settings.backup.raw,
    wait: (ms: number) => systemClock.sleep(ms, signal),
  };
  const entries = untilStopped(takeSnapshot(request, found), signal);
  return engine.create({ name: backupName(now), now, program: manifest.version, entries, found });
}
