import * as z from 'zod';
import { FORMATS } from '../market/file-format.ts';
import { PERIODS } from '../market/period.ts';
import { backupSettings } from './backup-settings.ts';
import { closures } from './closures.ts';
import { suggest } from './explain.ts';
import { failover } from './fail-over.ts';
import { folderSetting, pathSetting } from './path-setting.ts';
import { builtOnce } from './provider-options.ts';
import type { ProviderOptions } from './provider-options.ts';
import { logFile, metrics, serve } from './service-settings.ts';
import { shardSettings } from './shard.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export const LOG_FORMATS = ['auto', 'json', 'pretty'] as const;

/** Provider ids of a comma list, in order, each once. */
export function splitProviders(list: string): string[] {
  const ids = list.split(',').map((id) => id.trim());
  return [...new Set(ids.filter((id) => id !== ''))];
}

const repeated = (items: readonly string[]): Set<string> =>
  new Set(items.filter((item, index) => items.indexOf(item) !== index));

function listOf<const Word extends string>(
  words: readonly [Word, ...Word[]],
): z.ZodArray<z.ZodEnum<{ [Key in Word]: Key }>> {
  return z
    .array(z.enum(words))
    .min(1)
    .superRefine((items, context) => {
      for (const item of repeated(items)) context.addIssue(`must name each once; ${item} is there twice`);
    })
    .meta({ uniqueItems: true });
}

function providerList(ids: readonly string[]): z.ZodString {
  const word = `(${ids.join('|')})`;
  return z
    .string()
    .superRefine((list, context) => {
      const named = splitProviders(list);
      if (named.length === 0) context.addIssue(`must name a provider: ${ids.join(', ')}`);
      for (const id of named) {
        if (!ids.includes(id)) context.addIssue(`${JSON.stringify(id)} is no provider${suggest(id, ids)}`);
      }
    })
    .meta({ pattern: `^ *${word}( *, *${word})* *$` });
}

const logging = z.strictObject({
  level: z.enum(LOG_LEVELS).default('info').describe('How much is logged; logs go to stderr'),
  format: z
    .enum(LOG_FORMATS)
    .default('auto')
    .describe('json: one object a line; pretty: for people; auto: pretty on a terminal, else json'),
  ...logFile,
});

const milliseconds = (most: number): z.ZodInt => z.int().min(1).max(most);

const http = z.strictObject({
  connect_timeout_ms: milliseconds(600_000)
    .default(10_000)
    .describe('Longest wait for a connection, milliseconds, 1 to 600000'),
  idle_timeout_ms: milliseconds(600_000)
    .default(20_000)
    .describe('Longest silence within an answer, milliseconds, 1 to 600000'),
  timeout_ms: milliseconds(3_600_000)
    .default(30_000)
    .describe('Longest time for one whole request, milliseconds, 1 to 3600000'),
  max_body_mb: z
    .int()
    .min(1)
    .max(1024)
    .default(64)
    .describe('Largest answer that is read, unpacked, mebibytes, 1 to 1024'),
});

const stale = z.strictObject({
  warn_sessions: z
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .describe('Sessions without a bar after which a series is called stale, 1 to 1000'),
  fail_sessions: z
    .int()
    .min(0)
    .max(1000)
    .default(5)
    .describe('Sessions without a bar after which a series fails the run (exit code 3), 0 to 1000; 0: never'),
});

const retention = z.strictObject({
  raw_days: z
    .int()
    .min(1)
    .max(36_600)
    .optional()
    .describe(
      'Raw answers older than so many days are removed, whole days; a series that lost one cannot be rebuilt. Absent: no limit by age',
    ),
  raw_bytes: z
    .int()
    .min(0)
    .optional()
    .describe(
      'Most bytes of raw answers; the oldest days go first. Absent: 5 % of the disk that holds the data folder',
    ),
  revisions_days: z
    .int()
    .min(1)
    .max(36_600)
    .optional()
    .describe(
      'Lines of the logs of revisions that were seen more than so many days ago are removed, 1 to 36600. Absent: all are kept',
    ),
  runs: z.int().min(1).max(100_000).default(90).describe('Reports of runs that are kept, 1 to 100000'),
});

function buildSchema(providerOptions: ProviderOptions) {
  const providers = Object.entries(providerOptions).map(([id, options]) => [id, options.prefault({})] as const);
  return z.strictObject({
    output_dir: folderSetting
      .default('./data')
      .describe('The data folder; a relative path counts from the working directory'),
    formats: listOf(FORMATS).default(['csv']).describe('File formats each series is kept in: csv, parquet'),
    default_provider: providerList(Object.keys(providerOptions))
      .default('yahoo')
      .describe('Where bars come from: a provider, or a comma list; the first is preferred, the others are fail-over'),
    failover: failover.prefault({}).describe('What becomes of a series while its provider is away'),
    dry_run: z.boolean().default(false).describe('true: plan only; no request, no write'),
    backup_data: z
      .boolean()
      .default(false)
      .describe('true: a backup after each successful download, then prune as backup.keep_… says'),
    backup: backupSettings.prefault({}).describe('Backups: where they go, how they are made, how many are kept'),
    raw_archive: z
      .boolean()
      .default(true)
      .describe('false: answers are not kept as they came; series fetched so cannot be rebuilt'),
    retention: retention.prefault({}).describe('How much is kept beside the data files'),
    periods: listOf(PERIODS).default(['1d']).describe('Bar sizes wanted of an instrument that names none itself'),
    concurrency: z.int().min(1).max(64).default(8).describe('Series worked on at the same time, 1 to 64'),
    max_requests: z.int().min(1).optional().describe('Most requests of one run, at least 1; absent: no limit'),
    ...shardSettings,
    overlap_bars: z.int().min(0).max(100).default(5).describe('Stored bars an update asks again to compare, 0 to 100'),
    suspect_days: z
      .int()
      .min(1)
      .max(3660)
      .default(30)
      .describe(
        'Days after which a date that the source answers without a bar, though one is due, counts as a day without a bar; three answers at least. 1 to 3660',
      ),
    stale: stale.prefault({}).describe('When a series that stands still is warned of, and when it fails the run'),
    settle_minutes: z
      .int()
      .min(0)
      .max(1440)
      .default(15)
      .describe('How long after the close of its session a daily bar counts as final, minutes, 0 to 1440'),
    closures: closures
      .default({})
      .describe('Days on which an exchange is closed besides what its table says: {"XNYS":["2026-07-03"]}'),
    days_count: z
      .int()
      .min(1)
      .max(3660)
      .optional()
      .describe("Life of a futures contract, days, 1 to 3660; absent: the catalogue's word for the market, else 365"),
    extended_hours: z.boolean().default(false).describe('true: intraday bars of stocks outside regular hours too'),
    username: z.string().min(1).optional().meta({
      secret: true,
      description: 'Account at the selected provider, where providers.<id> has none of its own',
    }),
    password: z.string().min(1).optional().meta({
      secret: true,
      description: 'Password at the selected provider, where providers.<id> has none of its own',
    }),
    logging: logging.prefault({}).describe('What is logged and how'),
    serve: serve.prefault({}).describe('The service: where it listens, when it runs the main job'),
    metrics: metrics.prefault({}).describe('Who is told how a run went'),
    http: http.prefault({}).describe('Limits of every request'),
    providers: z.strictObject(Object.fromEntries(providers)).prefault({}).describe('Settings of each provider'),
    instruments: z
      .array(pathSetting)
      .default([])
      .describe('Files of instruments; looked up beside the file that names them, then from the working directory'),
  });
}

/** The schema of all settings but the instruments. Built once for the same options. */
export const settingsSchema = builtOnce(buildSchema);

/** Effective settings, defaults filled in; `providers` holds what the provider's own schema made of its part. */
export type Settings = z.output<ReturnType<typeof settingsSchema>>;
