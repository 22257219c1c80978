import * as z from 'zod';
import { usageError } from '../market/errors.ts';
import type { Shard } from '../market/shard.ts';
import type { Environment } from './process-environment.ts';

/** More than any cluster starts of one job: AWS Batch ends at 10,000. */
const MOST_SHARDS = 10_000;
const AUTO = 'auto';
const PAIR = /^(\d{1,6})\/(\d{1,6})$/;

/** Why a text is no shard; undefined when it is one. */
function problemOf(text: string): string | undefined {
  const [, index, count] = PAIR.exec(text) ?? [];
  if (index === undefined || count === undefined) return `${text} is no shard; write I/N, such as 0/4, or auto`;
  if (Number(count) < 1 || Number(count) > MOST_SHARDS)
    return `${text}: the number of shards must be 1 to ${MOST_SHARDS}`;
  if (Number(index) >= Number(count)) return `${text}: the first number runs from 0 to ${Number(count) - 1}`;
  return undefined;
}

/** The settings that make a run one of several. */
export const shardSettings = {
  shard: z
    .string()
    .superRefine((text, context) => {
      const problem = text === AUTO ? undefined : problemOf(text);
      if (problem !== undefined) context.addIssue(problem);
    })
    .optional()
    .meta({
      pattern: '^(auto|[0-9]{1,6}/[0-9]{1,6})$',
      description:
        'I/N: only the I-th of N parts of the series, I from 0 to N - 1; auto: as the Kubernetes, Cloud Run or AWS Batch job says. Absent: all series',
    }),
  shard_count: z
    .int()
    .min(1)
    .max(MOST_SHARDS)
    .optional()
    .describe(
      'Number of shards for shard auto in a Kubernetes Indexed Job, which does not tell it: its completions, 1 to 10000',
    ),
};

/** Where a cluster tells a process which of its kind it is. */
const CLUSTERS = [
  { name: 'Cloud Run', index: 'CLOUD_RUN_TASK_INDEX', count: 'CLOUD_RUN_TASK_COUNT' },
  { name: 'AWS Batch', index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
  { name: 'Kubernetes', index: 'JOB_COMPLETION_INDEX', count: undefined },
] as const;

function automatic(count: number | undefined, env: Environment): Shard {
  const told = CLUSTERS.filter(({ index }) => (env[index] ?? '') !== '');
  const [cluster] = told;
  if (cluster === undefined)
    throw usageError(
      `shard auto: none of ${CLUSTERS.map(({ index }) => index).join(', ')} is set; run it in such a job, or write --shard I/N`,
    );
  if (told.length > 1)
    throw usageError(`shard auto: ${told.map(({ index }) => index).join(' and ')} are both set; write --shard I/N`);
  const own = cluster.count === undefined ? undefined : env[cluster.count];
  if (own === undefined && count === undefined) {
    const missing = cluster.count ?? 'the number of shards';
    throw usageError(
      `shard auto: ${cluster.index} is set and ${missing} is not known; set VORTEX_SHARD_COUNT to the number of parallel tasks of the job`,
    );
  }
  if (own !== undefined && count !== undefined && Number(own) !== count)
    throw usageError(`shard auto: ${cluster.count ?? ''} is ${own} and shard_count is ${count}; leave shard_count out`);
  return parsed(`${env[cluster.index] ?? ''}/${own ?? String(count)}`, `shard auto (${cluster.name}): `);
}

function parsed(text: string, place: string): Shard {
  const problem = problemOf(text);
  if (problem !== undefined) throw usageError(place + problem);
  const [index = 0, count = 1] = text.split('/').map(Number);
  return { index, count };
}

/**
 * The part of the series that a run works on; undefined for all of them.
 * @param env where the cluster tells its index
 * @throws VortexError `usage` when `auto` finds no index or no count
 */
export function readShard(
  settings: { readonly shard?: string | undefined; readonly shard_count?: number | undefined },
  env: Environment,
): Shard | undefined {
  const { shard: text, shard_count: count } = settings;
  if (text === undefined) return undefined;
  const shard = text === AUTO ? automatic(count, env) : parsed(text, 'shard: ');
  // The only one of its kind is a run like any other.
  return shard.count === 1 ? undefined : shard;
}
