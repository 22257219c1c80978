import { join } from 'node:path';
import * as z from 'zod';
import { shardMark, shardName } from '../market/shard.ts';
import type { Shard } from '../market/shard.ts';
import { writeWhole } from '../disk/durable-file.ts';
import { readWhole } from '../disk/files.ts';
import { lastSuccessPath, runReportsFolder } from '../disk/paths.ts';
import { reportNames } from './run-reports.ts';

const note = z.object({ run: z.string(), finishedAt: z.iso.datetime() });
const ended = z.object({
  run: z.string(),
  finishedAt: z.iso.datetime(),
  exitCode: z.number(),
  shard: z.string().optional(),
});

const markOf = (shard: Shard | undefined): string => (shard === undefined ? '' : shardMark(shard));

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
 * @param shard the one whose runs are meant; none: runs on their own
 * @throws VortexError `folder-unusable`
 */
export function readLastSuccess(root: string, shard?: Shard): number | undefined {
  const noted = parsed(note, readWhole(lastSuccessPath(root, markOf(shard))));
  if (noted !== undefined) return Date.parse(noted.finishedAt);
  for (const name of reportNames(root).reverse()) {
    const report = parsed(ended, readWhole(join(runReportsFolder(root), name)));
    if (report?.exitCode === 0 && report.shard === (shard && shardName(shard))) return Date.parse(report.finishedAt);
  }
  return undefined;
}

/**
 * Notes a run with exit code 0.
 * @param finishedAt UTC
 * @param shard the one that it was
 * @throws VortexError `disk-full`, `folder-unusable`
 */
export async function noteSuccess(root: string, run: string, finishedAt: string, shard?: Shard): Promise<void> {
  const path = lastSuccessPath(root, markOf(shard));
  const content = Buffer.from(`${JSON.stringify({ run, finishedAt })}\n`);
  await writeWhole(path, content, markOf(shard));
}
