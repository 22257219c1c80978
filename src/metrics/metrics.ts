import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FolderFacts, RunFacts } from './facts.ts';

const OUTCOMES = ['updated', 'unchanged', 'empty', 'postponed', 'failed', 'unservable'] as const;
const BAR_KINDS = ['added', 'revised', 'dropped'] as const;
const CIRCUIT = { closed: 0, 'half-open': 1, open: 2 } as const;
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * The metrics of this program: a registry that is told how runs went. Labels are bounded: providers, classes, periods,
 * outcomes, statuses and error codes; never a symbol.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #exitCode = this.#gauge('vortex_run_last_exit_code', 'Exit code of the last run', []);
  readonly #duration = this.#gauge('vortex_run_duration_seconds', 'How long the last run took', []);
  readonly #running = this.#gauge('vortex_run_in_progress', '1 while a run is going, else 0', []);
  readonly #series = this.#gauge('vortex_series', 'Series of the last run by outcome', ['outcome']);
  readonly #errors = this.#gauge(
    'vortex_series_errors',
    'Series of the last run that failed or were postponed, by the code of the error',
    ['code'],
  );
  readonly #bars = this.#counter('vortex_bars_total', 'Bars added and revised, and bad rows dropped', [
    'provider',
    'kind',
  ]);
  readonly #requests = this.#counter('vortex_requests_total', 'Requests sent, by status or fault', [
    'provider',
    'status',
  ]);
  readonly #retries = this.#counter('vortex_retries_total', 'Requests made again, by what made it necessary', [
    'provider',
    'reason',
  ]);
  readonly #durations = new Histogram({
    name: 'vortex_request_duration_seconds',
    help: 'Time from sending a request to the last byte of its answer',
    labelNames: ['provider'],
    buckets: BUCKETS,
    registers: [this.#registry],
  });
  readonly #circuit = this.#gauge(
    'vortex_circuit_state',
    'Circuit at the end of the last run: 0 closed, 1 half, 2 open',
    ['provider'],
  );
  readonly #remaining = this.#gauge('vortex_allowance_remaining', "Downloads left on the provider's day", ['provider']);
  readonly #limit = this.#gauge('vortex_allowance_limit', 'Downloads that the account has per day', ['provider']);
  readonly #age = this.#gauge(
    'vortex_series_age_seconds',
    'Age of the oldest live series of the last run: time since the end of the session of its last bar',
    ['class', 'period'],
  );
  readonly #behind = this.#gauge(
    'vortex_sessions_behind',
    'Due dates between the last bar and the newest answer, of the live series of the last run that is farthest behind',
    ['class', 'period'],
  );
  readonly #suspects = this.#gauge('vortex_series_suspect', 'Live series of the last run with suspect dates', [
    'class',
    'period',
  ]);
  readonly #oldestSuspect = this.#gauge(
    'vortex_suspect_oldest_sessions',
    'Sessions since the oldest suspect date of the live series of the last run',
    ['class', 'period'],
  );
  readonly #disk = this.#gauge('vortex_disk_bytes', 'Bytes of the data folder, and of its disk (free, total)', [
    'kind',
  ]);
  #lastSuccess: Gauge | undefined;
  #lastFinished: Gauge | undefined;

  /** @param version of the program */
  constructor(version: string) {
    this.#gauge('vortex_build_info', 'Always 1; the version is in the label', ['version']).set({ version }, 1);
  }

  /** Takes in how a run went. What it was before the run is replaced, counters go on. */
  addRun({ exitCode, finishedAt, seconds, report, traffic, durations }: RunFacts): void {
    this.#exitCode.set(exitCode);
    this.#duration.set(seconds);
    if (report !== undefined) {
      this.#addReport(report);
      this.#lastFinished ??= this.#gauge(
        'vortex_run_last_finished_timestamp_seconds',
        'End of the last run that worked through its series, however it ended, seconds since the epoch',
        [],
      );
      this.#lastFinished.set(finishedAt / 1000);
    }
    for (const [provider, { requests, retries, circuit }] of Object.entries(traffic)) {
      for (const [status, count] of Object.entries(requests)) this.#requests.inc({ provider, status }, count);
      for (const [reason, count] of Object.entries(retries)) this.#retries.inc({ provider, reason }, count);
      this.#circuit.set({ provider }, CIRCUIT[circuit]);
    }
    for (const [provider, all] of durations) for (const ms of all) this.#durations.observe({ provider }, ms / 1000);
  }

  /** Takes in how the data folder stands. @param now milliseconds since the epoch, UTC */
  setFolder({ lastSuccess, allowance, ages, disk }: FolderFacts, now: number): void {
    if (lastSuccess !== undefined) {
      this.#lastSuccess ??= this.#gauge(
        'vortex_run_last_success_timestamp_seconds',
        'End of the last run with exit code 0, seconds since the epoch',
        [],
      );
      this.#lastSuccess.set(lastSuccess / 1000);
    }
    this.#remaining.reset();
    this.#limit.reset();
    for (const { provider, used, limit } of allowance) {
      this.#remaining.set({ provider }, Math.max(0, limit - used));
      this.#limit.set({ provider }, limit);
    }
    for (const gauge of [this.#age, this.#behind, this.#suspects, this.#oldestSuspect]) gauge.reset();
    for (const { class: assetClass, period, ...age } of ages) {
      const labels = { class: assetClass, period };
      this.#age.set(labels, Math.max(0, Math.floor((now - age.knownTo) / 1000)));
      this.#behind.set(labels, age.sessionsBehind);
      this.#suspects.set(labels, age.suspects);
      this.#oldestSuspect.set(labels, age.suspectSessions);
    }
    this.#disk.reset();
    for (const [kind, bytes] of Object.entries(disk)) this.#disk.set({ kind }, bytes);
  }

  /** Says whether a run is going. */
  setRunning(running: boolean): void {
    this.#running.set(running ? 1 : 0);
  }

  /** Everything in the text format of Prometheus; metrics without a value are left out. */
  async text(): Promise<string> {
    const families = (await this.#registry.metrics()).split('\n\n');
    const told = families.filter((family) => family.split('\n').some((line) => line !== '' && !line.startsWith('#')));
    return `${told.map((family) => family.trimEnd()).join('\n')}\n`;
  }

  /** What `text` is written in, for the header of an answer. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  #addReport({ series, results }: NonNullable<RunFacts['report']>): void {
    for (const outcome of OUTCOMES) this.#series.set({ outcome }, series[outcome]);
    this.#errors.reset();
    this.#circuit.reset();
    for (const result of results) {
      if (result.error !== null) this.#errors.inc({ code: result.error.code });
      if (result.provider === null) continue;
      for (const kind of BAR_KINDS) this.#bars.inc({ provider: result.provider, kind }, result[kind]);
    }
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }
}
