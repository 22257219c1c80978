import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { storeError } from '../disk/files.ts';
import { failed, passed, warned } from './doctor-check.ts';
import type { Check } from './doctor-check.ts';
import { bucketWarning, fileSystemCheck, mountOf } from './doctor-mounts.ts';
import { formatBytes } from './table.ts';

const LITTLE_BYTES = 1e9;
const TOO_LITTLE_BYTES = 50e6;
const FEW_FILES = 10_000;

/** The folder, or the nearest one above it that is there. */
function standing(path: string): string {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    try {
      if (statSync(folder, { throwIfNoEntry: false }) !== undefined || folder === dirname(folder)) return folder;
    } catch {
      // A part of the path is a file, or may not be looked into: the next one tells.
      if (folder === dirname(folder)) return folder;
    }
  }
}

const wordsOf = (error: unknown, doing: string): string => storeError(error, doing).message;

function write(path: string, text: string): void {
  const fd = openSync(path, 'w');
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function renameCheck(folder: string): Check {
  const name = 'rename and sync';
  const place = join(folder, 'a.csv');
  write(place, 'old');
  write(`${place}.tmp`, 'new');
  renameSync(`${place}.tmp`, place);
  if (readFileSync(place, 'utf8') !== 'new') {
    return failed(name, 'a renamed file still has its old content; files may be damaged here, choose another folder');
  }
  try {
    const fd = openSync(folder, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    return warned(
      name,
      'files can be synced, the folder cannot: after a power cut the newest files may be missing; the next run fetches them again',
    );
  }
  return passed(name, 'a file is replaced in one step; file and folder can be synced');
}

function lockCheck(folder: string): Check {
  const name = 'lock';
  const path = join(folder, 'lock');
  closeSync(openSync(path, 'wx'));
  try {
    closeSync(openSync(path, 'wx'));
  } catch {
    return passed(name, 'two runs cannot hold it at the same time');
  }
  return failed(name, 'two runs could hold this folder at the same time; choose another, or start runs one at a time');
}

/** Numbers of a file system. */
export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Files that may still be made; undefined where there is no such limit. */
  readonly freeFiles: number | undefined;
}

/** Whether there is room for data. Pure. */
export function spaceCheck({ freeBytes, totalBytes, freeFiles }: Space): Check {
  const name = 'free space';
  if (totalBytes === 0) return passed(name, 'this file system does not tell');
  const found = `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free`;
  if (freeBytes < TOO_LITTLE_BYTES) return failed(name, `${found}; make room, a run would stop with a full disk`);
  if (freeFiles !== undefined && freeFiles < FEW_FILES) {
    return warned(name, `${found}, but only ${freeFiles} more files may be made; a series takes two or more`);
  }
  if (freeBytes < LITTLE_BYTES) return warned(name, `${found}; make room soon, or set retention.raw_bytes`);
  return passed(name, found);
}

function spaceOf(folder: string): Check {
  const { bavail, blocks, bsize, files, ffree } = statfsSync(folder);
  return spaceCheck({
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
    freeFiles: files > 0 ? ffree : undefined,
  });
}

function mountinfo(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}

/** Whether the data folder is there. */
export const isStanding = (root: string): boolean => existsSync(root);

/** What `download` says before it begins where the data folder is a mounted bucket; undefined elsewhere. */
export const bucketAt = (root: string): string | undefined => bucketWarning(mountOf(standing(root), mountinfo()));

/**
 * Tries out the data folder: writes, renames, syncs and locks in a folder of its own below it, and removes that.
 * A data folder that is not there is not made: what is above it is tried.
 * @param shown the folder as a person would name it
 */
export function dataFolderChecks(root: string, shown: string): Check[] {
  const name = 'data folder';
  const folder = standing(root);
  let probe: string | undefined;
  try {
    if (!statSync(folder).isDirectory()) {
      return [
        failed(
          name,
          `${shown}: a file stands where a folder should be; move it away or choose another with --output-dir`,
        ),
      ];
    }
    probe = mkdtempSync(join(folder, '.vortex-doctor-'));
    const isThere = folder === resolve(root);
    return [
      passed(name, isThere ? `${shown} can be written` : `${shown} is not there yet and can be made`),
      renameCheck(probe),
      lockCheck(probe),
      spaceOf(folder),
      fileSystemCheck(mountOf(folder, mountinfo())),
    ];
  } catch (error) {
    return [failed(name, wordsOf(error, shown))];
  } finally {
    if (probe !== undefined) rmSync(probe, { recursive: true, force: true });
  }
}

/** Whether backups lie on another disk than the data. @param target a folder, or an address such as s3://bucket/prefix */
export function backupCheck(root: string, target: string): Check {
  const name = 'backup';
  if (/^[a-z0-9]+:/i.test(target)) return passed(name, `${target}: not on this machine`);
  const [data, backups] = [root, target].map((path) => statSync(standing(path)).dev);
  return data === backups
    ? warned(
        name,
        `${target} is on the same disk as the data and is lost with it; set backup.target to another disk or to s3://bucket/prefix`,
      )
    : passed(name, `${target} is on another disk than the data`);
}

/** Whether this process runs in a container, where no cron starts it. */
export function isContainer(env: Readonly<Record<string, string | undefined>>): boolean {
  return (
    env['KUBERNETES_SERVICE_HOST'] !== undefined ||
    ['/.dockerenv', '/run/.containerenv'].some((path) => existsSync(path))
  );
}
