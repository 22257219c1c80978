import type { Logger } from 'pino';
import { exitCodeOf } from '../download/exit-code.ts';
import { asVortexError, usageError } from '../market/errors.ts';
import type { FolderFacts } from '../metrics/facts.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { inventoryGently } from '../quality/inventory.ts';
import type { SeriesStatus } from '../quality/inventory.ts';
import { WHOLE_JOB } from '../serve/run-body.ts';
import type { RunWish } from '../serve/run-body.ts';
import type { PreparedRun } from '../serve/run-desk.ts';
import type { Holdings } from '../serve/status.ts';
import { readLastRun } from '../store/run-reports.ts';
import { loadContext, withShard } from './context.ts';
import type { CommandContext } from './context.ts';
import { runWanted } from './download.ts';
import type { EndedRun } from './ended-run.ts';
import type { Output } from './output.ts';
import { folderFacts, metricFlags, publishRun, runFacts } from './publish.ts';
import type { MetricFlags } from './publish.ts';
import { readWanted, settingFlags } from './selection.ts';
import type { SelectionFlags, Wanted } from './selection.ts';
import { summaryLine } from './summary.ts';

/** The flags of `vortex serve`. */
export interface ServeFlags extends SelectionFlags, MetricFlags {
  readonly host?: string;
  readonly port?: string;
  readonly schedule?: string;
  readonly timezone?: string;
}

/** How many series with gaps or damage are shown. */
const SHOWN = 50;
const TROUBLED = ['damaged', 'rebase-pending', 'failed', 'stale'] as const;

function detailOf({ missing, last }: SeriesStatus): string {
  const [first] = missing;
  if (first === undefined) return `last bar ${last ?? 'none'}`;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
  return `nothing is known of ${first[0]} to ${first[1]}${more}`;
}

/** The inventory at a glance. Pure. */
function holdingsOf(all: readonly SeriesStatus[]): Holdings {
  const states: Record<string, number> = {};
  for (const { state } of all) states[state] = (states[state] ?? 0) + 1;
  const troubles = TROUBLED.flatMap((state) => all.filter((one) => one.state === state));
  return {
    states,
    troubles: troubles.slice(0, SHOWN).map((one) => ({ series: one.series, state: one.state, detail: detailOf(one) })),
  };
}

/** An output whose lines go into the log: a service has no other. */
function outputTo(log: Logger): Output {
  const say = (text: string): void => {
    const line = text.replace(/^vortex: /, '').trimEnd();
    if (line !== '') log.warn(line);
  };
  return { out: say, err: say, isTerminal: false, columns: 80 };
}

/** The main job as a service makes it: settings read anew for each run, and what is known after it. */
export class ServeRuns {
  readonly #symbols: readonly string[];
  readonly #flags: ServeFlags;
  readonly #metrics: Metrics;
  readonly #log: Logger;
  readonly #now: () => number;
  #context: CommandContext;
  /** Those whose ages are told. */
  #series: ReadonlySet<string>;
  #facts: FolderFacts | undefined;
  #holdings: Holdings | undefined;
  #looking: Promise<void> | undefined;
  #lookedAt = -Infinity;

  constructor(
    { symbols, flags }: { symbols: readonly string[]; flags: ServeFlags },
    context: CommandContext,
    metrics: Metrics,
    log: Logger,
    now: () => number,
  ) {
    this.#symbols = symbols;
    this.#flags = flags;
    this.#metrics = metrics;
    this.#log = log;
    this.#now = now;
    this.#context = context;
    this.#series = new Set(readLastRun(context.settings.output_dir)?.series);
  }

  /** The settings that were good last. */
  get context(): CommandContext {
    return this.#context;
  }

  get facts(): FolderFacts | undefined {
    return this.#facts;
  }

  get holdings(): Holdings | undefined {
    return this.#holdings;
  }

  /** Reads the settings and what they want. @throws VortexError `config-invalid`, `usage` */
  async load(wish: RunWish = WHOLE_JOB): Promise<{ context: CommandContext; wanted: Wanted; flags: SelectionFlags }> {
    const flags = { ...this.#flags, ...wish };
    const given = [...settingFlags(flags), ...metricFlags(flags)];
    const context = withShard({ ...(await loadContext(flags, given, outputTo(this.#log))), now: this.#now() });
    if (wish === WHOLE_JOB) this.#context = context;
    const symbols = wish.symbols.length > 0 ? wish.symbols : this.#symbols;
    return { context, wanted: readWanted(symbols, flags, context), flags };
  }

  /** Looks whether a wish can be fulfilled. @throws VortexError `config-invalid`, `usage` */
  async prepare(wish: RunWish): Promise<PreparedRun> {
    const loaded = await this.load(wish).catch(async (error: unknown) => {
      // What only the wish is to blame for is not told as broken settings.
      if (wish === WHOLE_JOB || asVortexError(error).code !== 'config-invalid') throw error;
      await loadContext(this.#flags, [...settingFlags(this.#flags), ...metricFlags(this.#flags)], outputTo(this.#log));
      throw usageError(asVortexError(error).message);
    });
    if (loaded.context.settings.dry_run)
      throw usageError('dry_run is true: the service makes no runs; set it to false');
    return async (run, signal, onProgress) => {
      const log = this.#log.child({ run });
      const { wanted, context, flags } = loaded;
      const output = outputTo(log);
      for (const notice of wanted.notices) log.info(notice);
      this.#metrics.setRunning(true);
      const startedAt = new Date().getTime();
      let ended: EndedRun;
      let summary: string;
      try {
        const done = await runWanted(wanted, flags, context, { run, log, output, signal, onProgress });
        summary = summaryLine(done.report);
        ended = done;
      } catch (cause) {
        const error = asVortexError(cause);
        ended = { run, exitCode: exitCodeOf(error.code), startedAt };
        summary = error.message;
      }
      log[ended.exitCode === 0 ? 'info' : 'error']({ exitCode: ended.exitCode }, summary);
      await this.#tell(ended, { ...context, output }, wish);
      return { exitCode: ended.exitCode, summary };
    };
  }

  /** The same for a scheduled run: what is wrong with the settings is what became of it. */
  scheduled(): PreparedRun {
    return async (run, signal, onProgress) => {
      try {
        return await (
          await this.prepare(WHOLE_JOB)
        )(run, signal, onProgress);
      } catch (cause) {
        const { code, message } = asVortexError(cause);
        const exitCode = exitCodeOf(code);
        this.#log.error({ run, exitCode }, message);
        await this.#tell({ run, exitCode, startedAt: new Date().getTime() }, this.#context, WHOLE_JOB);
        return { exitCode, summary: message };
      }
    };
  }

  /** Looks at the folder, one look at a time. Never throws. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Brings the metrics up to date. @param now milliseconds since the epoch, UTC */
  refresh(now: number): void {
    if (this.#facts !== undefined) this.#metrics.setFolder(this.#facts, now);
    if (performance.now() - this.#lookedAt > 60_000) void this.look();
  }

  async #look(): Promise<void> {
    this.#lookedAt = performance.now();
    // What is left of an allowance and how old a series is are questions of the day, not of the last run.
    const context = { ...this.#context, now: this.#now() };
    try {
      this.#facts = await folderFacts(context, [...this.#series]);
      this.#holdings = holdingsOf(await inventoryGently(context.settings.output_dir, context.now));
    } catch (error) {
      this.#log.warn(`the data folder cannot be looked at: ${asVortexError(error).message}`);
    }
  }

  async #tell(ended: EndedRun, context: CommandContext, wish: RunWish): Promise<void> {
    this.#metrics.setRunning(false);
    this.#metrics.addRun(runFacts(ended));
    const told = ended.report?.results.filter(({ outcome }) => wish === WHOLE_JOB || outcome !== 'failed');
    // A run of a few symbols does not end the watch over the others.
    const others = wish === WHOLE_JOB ? [] : this.#series;
    if (told !== undefined) this.#series = new Set([...others, ...told.map(({ series }) => series)]);
    await this.#looking;
    await this.look();
    if (this.#facts !== undefined) this.#metrics.setFolder(this.#facts, context.now);
    const isWhole = ended.report !== undefined && this.#facts?.lastSuccess !== undefined;
    await publishRun(ended, context, { metrics: this.#metrics, isWhole });
  }
}
