import type { Logger } from 'pino';
import { runPlan } from '../download/run.ts';
import type { HttpClient } from '../http/http-client.ts';
import { catalogue } from '../market/catalogue.ts';
import type { Format } from '../market/file-format.ts';
import type { Series } from '../market/instrument.ts';
import { nearest } from '../market/nearest.ts';
import { MINUTE_MS } from '../market/period.ts';
import type { Plan } from '../plan/plan.ts';
import type { Provider } from '../providers/provider.ts';
import { UNKNOWN_SERIES } from '../store/series-change.ts';
import type { KnownSeries } from '../store/series-change.ts';
import type { SeriesStore } from '../store/series-store.ts';
import type { ShardLock } from '../store/shard-lock.ts';
import { allowanceAccounts } from './allowance.ts';
import type { CommandContext } from './context.ts';
import type { Telemetry } from './ended-run.ts';
import { proofTools } from './proof-tools.ts';
import { paceOf, pacedOptions } from './pace.ts';
import { openArchive, openNetwork } from './run-network.ts';
import { progressTo } from './run-progress.ts';

/** A plan with what it takes to run it. */
export interface Work {
  readonly plan: Plan;
  readonly providers: readonly Provider[];
  readonly store: SeriesStore;
  /** The folder of `store` and of the raw answers, where it is not the data folder; allowances are those of the latter. */
  readonly aside?: string;
  readonly known: ReadonlyMap<string, KnownSeries>;
  readonly run: string;
  /** Lock of the shard that the run is; absent: it has the folder for itself. */
  readonly shard?: ShardLock;
  readonly failFast: boolean;
  /** The run stands for a time that was given: clocks are not compared. */
  readonly isNowGiven: boolean;
  /** What else was asked for, as a help against slips of the pen. */
  readonly names: ReadonlySet<string>;
  /** Told after each series how many are done, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Formats of a series; absent: those of the settings, for all. */
  readonly formatsOf?: (series: Series) => readonly Format[];
}

/** Runs a plan under a lock that is held, over the network of the settings. */
export async function execute(work: Work, context: CommandContext, log: Logger, signal: AbortSignal) {
  const { settings, now } = context;
  let network: ReturnType<typeof openNetwork> | undefined;
  const durations = new Map<string, number[]>();
  const providerOf = (id: string): Provider => {
    const provider = work.providers.find((entry) => entry.id === id);
    if (provider === undefined) throw new Error(`no provider ${id}`);
    return provider;
  };
  const progress = progressTo(context, log);
  const archive = openArchive(
    { ...context, settings: { ...settings, output_dir: work.aside ?? settings.output_dir } },
    work,
  );
  const outcome = await runPlan(
    work.plan,
    {
      formats: settings.formats,
      concurrency: settings.concurrency,
      extendedHours: settings.extended_hours,
      settleMs: settings.settle_minutes * MINUTE_MS,
      suspectDays: settings.suspect_days,
      stale: { warnSessions: settings.stale.warn_sessions, failSessions: settings.stale.fail_sessions },
      failFast: work.failFast,
      now,
    },
    {
      store: work.store,
      ...proofTools(context, work.store),
      ...(work.isNowGiven || work.providers.some(({ id }) => id === 'sandbox')
        ? {}
        : { realNow: () => new Date().getTime() }),
      ...(archive === undefined ? {} : { archive }),
      knownOf: (series) => work.known.get(series.key) ?? UNKNOWN_SERIES,
      ...(work.formatsOf === undefined ? {} : { formatsOf: work.formatsOf }),
      provider: providerOf,
      accounts: allowanceAccounts(context, work.providers, work.run),
      open: async (id, spend) => {
        network ??= openNetwork(context, log, durations);
        const provider = providerOf(id);
        const { client, record, clock } = await network;
        const plain = client.forProvider(id, { paceMs: paceOf(context, provider) });
        const http = archive === undefined ? plain : record(plain, archive.book);
        return provider.create(pacedOptions(context, provider), {
          http,
          ...(archive === undefined ? {} : { archive: (other: HttpClient) => record(other, archive.book) }),
          clock,
          count: () => client.count(id),
          spend,
          now: () => now,
        });
      },
      namesLike: (symbol) =>
        nearest(symbol, [...context.configured.map((entry) => entry.id), ...catalogue().keys(), ...work.names]),
      onProgress: (step) => {
        progress.show(step);
        work.onProgress?.(step.done, step.total);
      },
      announce: (message) => {
        progress.clear();
        context.output.err(`vortex: ${message}\n`);
      },
      warn: (message) => {
        progress.clear();
        log.warn(message);
      },
    },
    signal,
  );
  progress.clear();
  const opened = await network;
  await opened?.client.close();
  const { requests, providers: traffic } = opened?.client.stats() ?? { requests: 0, providers: {} };
  return { outcome, requests, telemetry: { traffic, durations } satisfies Telemetry };
}
