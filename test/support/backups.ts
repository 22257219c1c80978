import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import S3rver from 's3rver';
import type { BackupDescription } from '../../src/backup/description.ts';
import { backupName } from '../../src/backup/description.ts';
import type { BackupEngine } from '../../src/backup/engine.ts';
import { FolderTarget } from '../../src/backup/folder-target.ts';
import { Restic } from '../../src/backup/restic.ts';
import { ResticEngine } from '../../src/backup/restic-engine.ts';
import { takeSnapshot } from '../../src/backup/snapshot.ts';
import { TarEngine } from '../../src/backup/tar-engine.ts';
import { temporaryFolder } from './folder.ts';
import { putSeries } from './stored.ts';
import { onTestFinished } from 'vitest';

export const NOW = Date.parse('2024-07-03T06:00:00Z');

/** A bucket on loopback. */
export interface Bucket {
  readonly endpoint: string;
  /** Where the server keeps what is in the bucket. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts an S3-compatible server with one bucket, `backups`; it ends with the test. */
export async function serveBucket(): Promise<Bucket> {
  const directory = temporaryFolder();
  const configureBuckets = [{ name: 'backups' }];
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets });
  const { port } = await server.run();
  onTestFinished(() => server.close());
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    folder: join(directory, 'backups'),
    env: {
      VORTEX_BACKUP_TARGET: 's3://backups/vortex',
      VORTEX_BACKUP_S3_ENDPOINT: endpoint,
      VORTEX_BACKUP_S3_PATH_STYLE: 'true',
      VORTEX_BACKUP_S3_ACCESS_KEY_ID: 'S3RVER',
      VORTEX_BACKUP_S3_SECRET_ACCESS_KEY: 'S3RVER',
    },
  };
}

const hasRestic = spawnSync('restic', ['version']).status === 0;

/** Why tests of restic are skipped; undefined when they run. In CI they run, or fail. */
export const NO_RESTIC: string | undefined =
  hasRestic || process.env['CI'] !== undefined ? undefined : 'the program restic is not installed';

export const tarEngine = (folder: string): TarEngine => new TarEngine(new FolderTarget(folder));

export function resticEngine(root: string, repository: string, password = 'correct'): ResticEngine {
  const env = { PATH: process.env['PATH'], HOME: temporaryFolder() };
  return new ResticEngine(new Restic({ repository, password, env }), root);
}

/** Makes a backup as the program does. */
export function backUp(engine: BackupEngine, root: string, now = NOW): Promise<BackupDescription> {
  const found = { series: 0, damaged: [] };
  const wait = (ms: number): Promise<void> => new Promise((settle) => setTimeout(settle, ms / 10));
  const entries = takeSnapshot({ root, now, config: [], raw: true, wait }, found);
  return engine.create({ name: backupName(now), now, program: '0.0.0', entries, found });
}

/** Packs a tar archive by the tar program of the system. */
export function systemTar(folder: string, archive: string, ...args: string[]): void {
  execFileSync('tar', ['-C', folder, '-czf', archive, ...args], { stdio: 'ignore' });
}

/** Series of the folder that `kept` has a backup of. */
export const WISHES = ['SPY', 'KO', 'IBM'].map((id) => ({
  id,
  stamps: ['2024-07-01', '2024-07-02'],
  formats: ['csv', 'parquet'] as const,
}));

/** A folder with three series, and a backup of it. */
export async function kept() {
  const root = temporaryFolder();
  const target = temporaryFolder();
  await putSeries(root, WISHES);
  const engine = tarEngine(target);
  const backup = await backUp(engine, root);
  const part = (ending: string): string => join(target, `${backup.name}${ending}`);
  return { root, target, engine, backup, part };
}

/** A restore of all of a backup into a folder that is empty. */
export const everything = (to: string) => ({ to, series: undefined, overwrite: false, run: 'restore' });
