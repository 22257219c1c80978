import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Cleanup } from './stand-in.ts';

/** An empty folder that is removed after the test; concurrent tests hand on their own context. */
export function temporaryFolder(context: Cleanup = { onTestFinished }): string {
  const folder = mkdtempSync(join(tmpdir(), 'vortex-test-'));
  context.onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Every file below a folder, as paths relative to it, sorted; directories end in a slash. */
export function everythingIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
      return entry.isDirectory() ? `${path}/` : path;
    })
    .sort();
}

/** The data files of a folder: everything but what the program keeps for itself. */
export function dataFiles(folder: string): string[] {
  return everythingIn(folder).filter((path) => !path.endsWith('/') && !path.startsWith('.vortex'));
}

/** Content of every data file, by path. */
export function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    dataFiles(folder).map((path) => [path, readFileSync(join(folder, path)).toString('base64')]),
  );
}

/** Inode and time of every data file, by path: neither moves when a file is left alone. */
export function identities(folder: string): Record<string, string> {
  return Object.fromEntries(
    dataFiles(folder).map((path) => {
      const { ino, mtimeNs } = statSync(join(folder, path), { bigint: true });
      return [path, `${ino} ${mtimeNs}`];
    }),
  );
}

/** Rows of a CSV file as records of texts. */
export function csvRows(path: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const fields = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? '']));
  });
}
