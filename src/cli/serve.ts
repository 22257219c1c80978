import manifest from '../../package.json' with { type: 'json' };
import type { FlagValue } from '../config/setting-layers.ts';
import { EXIT, stoppedCode } from '../download/exit-code.ts';
import { systemClock } from '../http/clock.ts';
import { Redactor } from '../http/redact.ts';
import { VortexError } from '../market/errors.ts';
import { backupText } from '../metrics/backup-text.ts';
import { Metrics } from '../metrics/metrics.ts';
import { readBackupNote } from '../store/backup-note.ts';
import { CachedProbe, healthOf } from '../serve/checks.ts';
import { DueTimes } from '../serve/cron.ts';
import { RunDesk } from '../serve/run-desk.ts';
import { Schedule } from '../serve/schedule.ts';
import { buildServer } from '../serve/server.ts';
import type { ServiceStatus } from '../serve/status.ts';
import { makeFolder } from '../disk/files.ts';
import { listenerOn } from '../disk/listener.ts';
import { readLastRun, readRunReport } from '../store/run-reports.ts';
import { aborted } from './aborted.ts';
import { loadContext, readNow, withShard } from './context.ts';
import type { Surroundings } from './context.ts';
import { runName } from './download.ts';
import { openLog } from './log.ts';
import { metricFlags } from './publish.ts';
import { checkSchedule } from './schedule-check.ts';
import { settingFlags } from './selection.ts';
import { serviceProbes } from './serve-probes.ts';
import { ServeRuns } from './serve-runs.ts';
import type { ServeFlags } from './serve-runs.ts';
import { counted } from './table.ts';

function serveFlags(flags: ServeFlags): FlagValue[] {
  return [
    { path: 'serve.host', flag: '--host', value: flags.host },
    { path: 'serve.port', flag: '--port', value: flags.port },
    { path: 'serve.schedule', flag: '--schedule', value: flags.schedule },
    { path: 'serve.timezone', flag: '--timezone', value: flags.timezone },
    ...settingFlags(flags),
    ...metricFlags(flags),
  ];
}

/** @throws VortexError `port-in-use`, `usage` */
async function listen(server: ReturnType<typeof buildServer>, host: string, port: number): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === 'EADDRINUSE') {
      const who = listenerOn(port) ?? 'another program';
      throw new VortexError(`port ${port} is in use: ${who} listens there; end it or choose another with --port`, {
        code: 'port-in-use',
        disposition: 'abort-run',
      });
    }
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new VortexError(`cannot listen on ${host} port ${port}: ${said}; choose others with --host and --port`, {
      code: 'port-in-use',
      disposition: 'abort-run',
      cause,
    });
  }
}

const iso = (instant: number | undefined): string | null =>
  instant === undefined ? null : new Date(instant).toISOString();

/** `vortex serve`: health, metrics, scheduled runs, a run on request; until it is told to stop. */
export async function serve(
  symbols: readonly string[],
  flags: ServeFlags,
  surroundings: Surroundings,
): Promise<number> {
  const { output, signal } = surroundings;
  const startedAt = new Date().getTime();
  const now = (): number =>
    flags.now === undefined ? new Date().getTime() : readNow(flags.now) + new Date().getTime() - startedAt;
  const context = withShard(await loadContext(flags, serveFlags(flags), output));
  const { serve: settings, output_dir: root } = context.settings;
  const due = settings.schedule === undefined ? undefined : new DueTimes(settings.schedule, settings.timezone, now());
  makeFolder(root);
  const log = await openLog({
    settings: context.settings.logging,
    isTerminal: output.isTerminal,
    colour: !context.noColor,
    secrets: new Redactor(context.secrets),
    warn: (message) => {
      output.err(`vortex: ${message}\n`);
    },
  });
  const metrics = new Metrics(manifest.version);
  const runs = new ServeRuns({ symbols, flags }, context, metrics, log, now);
  if (due !== undefined) await runs.load();
  const desk = new RunDesk((at) => runName(at, context.shard), now);
  const schedule =
    due === undefined
      ? undefined
      : new Schedule(
          { due, jitterMs: settings.jitter_seconds * 1000, catchUp: settings.catch_up },
          {
            now,
            sleep: (ms, stop) => systemClock.sleep(ms, stop),
            random: Math.random,
            say: (message) => {
              log.warn(message);
            },
            begin: (cause) =>
              desk.begin(cause, runs.scheduled()) === undefined
                ? `run ${desk.going?.run ?? ''} was still going`
                : undefined,
          },
        );
  desk.onEnd(() => {
    schedule?.runEnded();
  });
  const ticker = (): number => performance.now();
  const check = async (): Promise<string> => {
    const silent = { out: () => undefined, err: () => undefined, isTerminal: false, columns: 80 };
    const loaded = await loadContext(flags, serveFlags(flags), silent);
    await checkSchedule(loaded.settings.serve, now());
    const from = loaded.files.length === 0 ? 'no file, defaults' : loaded.files.join(', ');
    return `valid: ${counted(loaded.configured.length, 'instrument')}; ${from}`;
  };
  const probes = serviceProbes(() => runs.context, check).map((probe) => new CachedProbe(probe, ticker));
  const status = (): ServiceStatus => ({
    schema: 1,
    version: manifest.version,
    now: new Date(now()).toISOString(),
    startedAt: new Date(startedAt).toISOString(),
    ready: !signal.aborted,
    schedule:
      settings.schedule === undefined
        ? null
        : {
            cron: settings.schedule,
            timezone: settings.timezone,
            next: iso(schedule?.next),
            lastMissed: iso(schedule?.lastMissed),
          },
    running: desk.going ?? null,
    lastSuccess: iso(runs.facts?.lastSuccess),
    runs: desk.finished,
    ages: (runs.facts?.ages ?? []).map((age) => ({
      class: age.class,
      period: age.period,
      ageSeconds: Math.max(0, Math.floor((now() - age.knownTo) / 1000)),
    })),
    holdings: runs.holdings ?? null,
  });
  const server = buildServer({
    token: settings.token,
    desk,
    isReady: () => !signal.aborted,
    health: () => healthOf(probes, now()),
    status,
    metrics: async () => {
      runs.refresh(now());
      const backups = backupText(readBackupNote(context.settings.output_dir));
      return { text: `${await metrics.text()}${backups}`, contentType: metrics.contentType };
    },
    prepare: (wish) => runs.prepare(wish),
    report: (run) => readRunReport(runs.context.settings.output_dir, run),
  });
  const url = await listen(server, settings.host, settings.port);
  await runs.look();
  log.info(
    { url },
    `listening on ${url}${due === undefined ? '; no schedule' : `; next run ${iso(due.after(now())) ?? ''}`}`,
  );
  if (settings.token === undefined) log.info('POST /runs is off: serve.token is not set');
  const stop = new AbortController();
  const kept = schedule?.run(stop.signal, readLastRun(root)?.startedAt);
  await aborted(signal);
  log.info(desk.going === undefined ? 'stopping' : `stopping; the run has ${settings.grace_seconds} s to finish`);
  stop.abort();
  await kept;
  const wasCut = await desk.drain(settings.grace_seconds * 1000, signal.reason);
  await server.close();
  if (!wasCut) return EXIT.ok;
  return stoppedCode(signal);
}
