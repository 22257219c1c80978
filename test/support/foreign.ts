import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { csvRows } from './folder.ts';
import { vortex } from './program.ts';

/** When the tests run. */
export const NOW = '2026-11-24T12:00:00Z';
export const HEADER = 'Time,Open,High,Low,Close,Volume\n';

/** What `import --json` says. */
export const report = z.strictObject({
  schema: z.literal(1),
  exitCode: z.number(),
  dryRun: z.boolean(),
  series: z.array(
    z.looseObject({
      series: z.string().nullable(),
      file: z.string(),
      provider: z.string().nullable(),
      outcome: z.enum(['imported', 'merged', 'unchanged', 'skipped']),
      reason: z.string().nullable(),
      added: z.number(),
      dropped: z.number(),
      droppedReasons: z.record(z.string(), z.number()),
      leftOut: z.record(z.string(), z.number()),
      flagged: z.number(),
      unsorted: z.number(),
      unfinished: z.number(),
      differs: z.number(),
      first: z.string().nullable(),
      last: z.string().nullable(),
    }),
  ),
  left: z.array(z.object({ file: z.string(), reason: z.string() })),
});
const manifest = z.looseObject({
  provider: z.string(),
  coverage: z.array(z.tuple([z.string(), z.string()])),
  imported_from: z.array(z.object({ file: z.string(), tool: z.string(), bars: z.number() })),
});

/** The manifest of a series in `data`. */
export function readManifest(cwd: string, key: string) {
  return manifest.parse(JSON.parse(readFileSync(join(cwd, 'data/.vortex/series', `${key}.json`), 'utf8')));
}

/** Makes files below `old`, written long after the bars in them. */
export function put(cwd: string, files: Readonly<Record<string, string>>, writtenAt = '2026-11-01T00:00:00Z'): void {
  for (const [path, text] of Object.entries(files)) {
    const full = join(cwd, 'old', path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    utimesSync(full, new Date(writtenAt), new Date(writtenAt));
  }
}

/** `vortex import old --json …` */
export async function adopt(cwd: string, args: readonly string[] = []) {
  const ended = await vortex(['import', 'old', '--json', '--now', NOW, ...args], { cwd });
  const read = ended.stdout === '' ? undefined : report.parse(JSON.parse(ended.stdout));
  return { ...ended, rows: read?.series ?? [], left: read?.left ?? [] };
}

/** Daily bars of the dates, midnight of Chicago in winter, each close its day of the month. */
export const daily = (dates: readonly string[]): string =>
  HEADER + dates.map((date) => `${date}T06:00:00+0000,1,99,1,${Number(date.slice(-2))},5\n`).join('');

/** Datetime and close of each row of a file in `data`. */
export const closes = (cwd: string, file: string): string[] =>
  csvRows(join(cwd, 'data', file)).map((row) => `${row['Datetime'] ?? ''} ${row['Close'] ?? ''}`);

export const GOLD = 'futures/1d/GOLD/GOLD_20240400';
