import { hostname } from 'node:os';
import type { FlagValue } from '../config/setting-layers.ts';
import { splitProviders } from '../config/settings.ts';
import { asVortexError } from '../market/errors.ts';
import type { AllowanceFacts, FolderFacts, RunFacts } from '../metrics/facts.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { oldestSeries } from '../quality/ages.ts';
import { PROVIDERS } from '../providers/registry.ts';
import { diskUsage } from '../disk/usage.ts';
import { readLastSuccess } from '../store/last-success.ts';
import { dayBudgets } from './allowance.ts';
import { processEnvironment } from '../config/process-environment.ts';
import type { CommandContext } from './context.ts';
import { isContainer } from './doctor-disk.ts';
import type { EndedRun } from './ended-run.ts';
import { USER_AGENT } from './user-agent.ts';

/** The flags that say who is told how a run went; `download` and `serve` take them. */
export interface MetricFlags {
  readonly pushgateway?: string;
  readonly metricsFile?: string;
  readonly heartbeatUrl?: string;
}

/** The settings that they stand for. */
export function metricFlags(flags: MetricFlags): FlagValue[] {
  return [
    { path: 'metrics.pushgateway', flag: '--pushgateway', value: flags.pushgateway },
    { path: 'metrics.file', flag: '--metrics-file', value: flags.metricsFile },
    { path: 'metrics.heartbeat_url', flag: '--heartbeat-url', value: flags.heartbeatUrl },
  ];
}

/** Longest time that a Pushgateway or a heartbeat may take, milliseconds; the run is over by then. */
export const PATIENCE_MS = 5_000;

/** The machine that a group at a Pushgateway is for; undefined in a container, which has a new name each time. */
export function hostOfGroup(): string | undefined {
  return isContainer(processEnvironment()) ? undefined : hostname();
}

/** The run as the metrics want it. */
export function runFacts({ exitCode, startedAt, report, telemetry }: EndedRun): RunFacts {
  const finishedAt = new Date().getTime();
  const seconds = Math.max(0, finishedAt - startedAt) / 1000;
  const { traffic, durations } = telemetry ?? { traffic: {}, durations: new Map<string, number[]>() };
  return { exitCode, finishedAt, seconds, report, traffic, durations };
}

/** What is left of the allowances of the selected providers, by the ledger. */
function allowanceFacts(context: CommandContext): AllowanceFacts[] {
  const ids = splitProviders(context.settings.default_provider);
  const budgets = dayBudgets(
    context,
    PROVIDERS.filter(({ id }) => ids.includes(id)),
  );
  return [...budgets].map(([provider, { used, limit, ended }]) => ({ provider, used: ended ? limit : used, limit }));
}

/** How the folder stands after a run. @param keys the series that the run was about */
export async function folderFacts(context: CommandContext, keys: readonly string[]): Promise<FolderFacts> {
  const root = context.settings.output_dir;
  return {
    lastSuccess: readLastSuccess(root, context.shard),
    allowance: allowanceFacts(context),
    ages: await oldestSeries(root, keys, context.now),
    disk: { ...(await diskUsage(root)) },
  };
}

const seriesOf = ({ report }: EndedRun): string[] => report?.results.map(({ series }) => series) ?? [];

/** Metrics that a run is in, and whether they say everything. */
export interface Told {
  readonly metrics: Metrics;
  /** They hold the series of the run and the time of the last success. */
  readonly isWhole: boolean;
}

/** What a run tells by itself, without a service around it. */
async function metricsOf(ended: EndedRun, context: CommandContext): Promise<Told> {
  const [{ Metrics }, { default: manifest }] = await Promise.all([
    import('../metrics/metrics.ts'),
    import('../../package.json', { with: { type: 'json' } }),
  ]);
  const metrics = new Metrics(manifest.version);
  metrics.addRun(runFacts(ended));
  const folder = await folderFacts(context, seriesOf(ended));
  metrics.setFolder(folder, context.now);
  return { metrics, isWhole: ended.report !== undefined && folder.lastSuccess !== undefined };
}

/** Sends the metrics and the heartbeat. @param isWhole see `pushOf` */
async function sendWord(text: string, isWhole: boolean, ended: EndedRun, context: CommandContext): Promise<void> {
  const { pushgateway, pushgateway_username: username, pushgateway_password: password } = context.settings.metrics;
  const { heartbeat_url: heartbeat } = context.settings.metrics;
  if (pushgateway === undefined && (heartbeat === undefined || ended.exitCode !== 0)) return;
  const [{ Messenger }, { Redactor }, { pushOf, shardPush }] = await Promise.all([
    import('../http/notice.ts'),
    import('../http/redact.ts'),
    import('../metrics/pushgateway.ts'),
  ]);
  const messenger = new Messenger(context.proxy, new Redactor(context.secrets), USER_AGENT);
  const say = (what: string, error: unknown): void => {
    context.output.err(`vortex: ${what}: ${asVortexError(error).message}; the run is as it is\n`);
  };
  if (pushgateway !== undefined) {
    const { shard: part } = context;
    const shard = part && `${part.index}of${part.count}`;
    const target = { url: pushgateway, username, password, shard, host: hostOfGroup() };
    const push = shard === undefined ? pushOf(target, text, isWhole) : shardPush(target, text, ended.exitCode === 0);
    try {
      const status = await messenger.deliver(push, PATIENCE_MS);
      if (status >= 300) throw new Error(`it answered with status ${status}`);
    } catch (error) {
      say('the Pushgateway was not told', error);
    }
  }
  if (heartbeat !== undefined && ended.exitCode === 0) {
    try {
      const status = await messenger.deliver({ method: 'GET', url: heartbeat }, PATIENCE_MS);
      if (status >= 400) throw new Error(`it answered with status ${status}`);
    } catch (error) {
      say('the heartbeat was not sent', error);
    }
  }
  await messenger.close();
}

/**
 * Tells how a run went: metrics to a file and a Pushgateway, a heartbeat after success. What goes wrong with it is said on
 * stderr and changes nothing. Never throws.
 * @param told those of a service, which have this run already; absent: those of the run alone
 */
export async function publishRun(ended: EndedRun, context: CommandContext, told?: Told): Promise<void> {
  const { pushgateway, file, heartbeat_url: heartbeat } = context.settings.metrics;
  if (pushgateway === undefined && file === undefined && heartbeat === undefined) return;
  try {
    let text = '';
    let isWhole = true;
    if (pushgateway !== undefined || file !== undefined) {
      const own = told ?? (await metricsOf(ended, context));
      isWhole = own.isWhole;
      text = await own.metrics.text();
    }
    if (file !== undefined) {
      const { writeTextfile } = await import('../metrics/textfile.ts');
      try {
        writeTextfile(file, text);
      } catch (error) {
        context.output.err(`vortex: ${asVortexError(error).message}\n`);
      }
    }
    await sendWord(text, isWhole, ended, context);
  } catch (error) {
    context.output.err(`vortex: nobody was told how the run went: ${asVortexError(error).message}\n`);
  }
}
