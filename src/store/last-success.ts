import { join } from 'node:path';
import * as z from 'zod';
import { placeFile, readWhole, syncFiles, writeFiles } from './files.ts';
import { lastSuccessPath, runReportsFolder } from './paths.ts';
import { reportNames } from './run-reports.ts';

const note = z.object({ run: z.string(), finishedAt: z.iso.datetime() });
const ended = z.object({ run: z.string(), finishedAt: z.iso.datetime(), exitCode: z.number() });

function parsed<Form>(schema: z.ZodType<Form>, content: Buffer | undefined): Form | undefined {
  try {
    return schema.safeParse(JSON.parse(content?.toString('utf8') ?? '')).data;
  } catch {
    return undefined;
  }
}

/**
 * When the last run with exit code 0 ended, milliseconds since the epoch, UTC; undefined when none is known. Where there is
 * no note of it, or none that can be read, the kept reports are looked through.
 * @throws VortexError `folder-unusable`
 */
export function readLastSuccess(root: string): number | undefined {
  const noted = parsed(note, readWhole(lastSuccessPath(root)));
  if (noted !== undefined) return Date.parse(noted.finishedAt);
  for (const name of reportNames(root).reverse()) {
    const report = parsed(ended, readWhole(join(runReportsFolder(root), name)));
    if (report?.exitCode === 0) return Date.parse(report.finishedAt);
  }
  return undefined;
}

/** Notes a run with exit code 0. @param finishedAt UTC @throws VortexError `disk-full`, `folder-unusable` */
export async function noteSuccess(root: string, run: string, finishedAt: string): Promise<void> {
  const path = lastSuccessPath(root);
  const content = Buffer.from(`${JSON.stringify({ run, finishedAt })}\n`);
  await syncFiles(await writeFiles([{ path, content }]));
  placeFile(path);
}
