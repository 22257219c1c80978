import { z } from 'zod';

const counts = z.record(z.string(), z.number());
const report = z.strictObject({
  schema: z.literal(1),
  run: z.string(),
  shard: z.string().optional(),
  status: z.enum(['ok', 'partial', 'postponed', 'refused', 'failed', 'interrupted']),
  exitCode: z.number(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  series: counts,
  bars: counts,
  requests: z.number(),
  allowance: z.record(z.string(), z.unknown()),
  results: z.array(
    z.looseObject({
      series: z.string(),
      instrument: z.string(),
      symbol: z.string(),
      period: z.string(),
      provider: z.string().nullable(),
      outcome: z.enum(['updated', 'unchanged', 'empty', 'postponed', 'failed']),
      added: z.number(),
      revised: z.number(),
      dropped: z.number(),
      droppedReasons: counts.optional(),
      leftOut: counts.optional(),
      first: z.string().nullable(),
      last: z.string().nullable(),
      error: z.looseObject({ code: z.string(), message: z.string(), retryAt: z.string().optional() }).nullable(),
    }),
  ),
});

/** The report of `download --json`. */
export type Report = z.infer<typeof report>;

/** Reads stdout of `download --json`: one JSON document and nothing else. */
export function readReport(stdout: string): Report {
  return report.parse(JSON.parse(stdout));
}

/** The result of one series. */
export function resultOf({ results }: Report, series: string): Report['results'][number] {
  const found = results.find((result) => result.series === series);
  if (found === undefined) throw new Error(`${series} is not in the report`);
  return found;
}
