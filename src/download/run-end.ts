import { formatTradeDate } from '../market/calendar.ts';
import type { VortexError } from '../market/errors.ts';
import type { StaleLimits } from '../market/freshness.ts';
import { MINUTE_MS } from '../market/period.ts';
import { formatStamp } from '../market/stored-series.ts';
import type { Suspect } from '../market/stored-series.ts';
import type { Job, Settled } from '../plan/plan.ts';
import { SilentDays } from './silent-days.ts';
import { versionFacts } from '../store/manifest.ts';
import { writeEnded } from '../store/ended.ts';
import { writeSuspects } from '../store/proof-form.ts';
import type { SeriesChange } from '../store/series-change.ts';
import { Judgement } from './judgement.ts';
import type { Verdict } from './judgement.ts';
import { oldAnswer } from './old-answer.ts';
import type { RunTools } from './run-tools.ts';
import { recentOf, storedAfter } from './standing.ts';
import type { Standing } from './standing.ts';
import { groupSuspects } from './group-suspects.ts';
import { staleLines, suspectLines } from './suspect-lines.ts';
import type { Tally } from './tally.ts';
import type { WorkedSeries } from './series-work.ts';

/** So far may two clocks be apart. */
const CLOCK_MS = 5 * MINUTE_MS;

/** What the series of a run are judged by at its end. */
export interface EndRules {
  readonly limits: StaleLimits;
  /** Days after which a suspect date settles as absent. */
  readonly suspectDays: number;
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
}

/** How the series of a run stand, to be judged together when all of them are stored. */
export class RunEnd {
  readonly standings: Standing[] = [];
  readonly #tools: RunTools;
  readonly #rules: EndRules;
  readonly #old = new Map<string, VortexError>();
  #isClockTold = false;

  constructor(tools: RunTools, rules: EndRules) {
    this.#tools = tools;
    this.#rules = rules;
  }

  /** A series whose change is on the disk. */
  addStored(job: Job, change: SeriesChange, worked: WorkedSeries, error: VortexError | undefined): void {
    const { source, proof, recording } = worked;
    const time = recording.worked?.time;
    const clock = source?.clock;
    const now = this.#tools.realNow?.();
    const table = this.#tools.tableOf?.(job.series.instrument, source);
    const stored = storedAfter(change, time);
    this.#compareClocks(job.provider, clock);
    if (error === undefined && clock !== undefined && now !== undefined) {
      const old = oldAnswer(job, stored.coverage, table, { clock, now });
      if (old !== undefined) this.#old.set(job.series.key, old);
    }
    this.standings.push({
      series: job.series,
      provider: job.provider,
      table,
      stored,
      before: job.stored.coverage,
      recent: recentOf(time ?? Float64Array.from(job.stored.tail)),
      isCurrent: job.isCurrent === true,
      isAnswered: error === undefined,
      error,
      proof,
    });
  }

  /** A source's clock that is far from this machine's is worth a word: one of the two is wrong. */
  #compareClocks(provider: string, clock: number | undefined): void {
    const now = this.#tools.realNow?.();
    if (now === undefined || clock === undefined || this.#isClockTold) return;
    if (Math.abs(clock - now) <= CLOCK_MS) return;
    this.#isClockTold = true;
    const [minutes, where] = [Math.round(Math.abs(clock - now) / MINUTE_MS), clock < now ? 'ahead of' : 'behind'];
    this.#say(
      `this machine's clock is ${minutes} minutes ${where} that of ${provider}; vortex goes by the earlier of the two`,
    );
  }

  /** A series of which nothing was stored. */
  addFailed(job: Job, error: VortexError): void {
    this.standings.push(this.#plain(job.series, job.stored, job.provider, job.isCurrent, error));
  }

  /** A series that is up to date. */
  addSettled(entry: Settled): void {
    if (entry.outcome !== 'unchanged' && entry.outcome !== 'empty') return;
    this.standings.push(this.#plain(entry.series, entry.stored, entry.stored.provider, entry.isCurrent, undefined));
  }

  #plain(
    series: Job['series'],
    stored: Job['stored'],
    provider: string | undefined,
    isCurrent: boolean | undefined,
    error: VortexError | undefined,
  ): Standing {
    const zone = stored.timezone === undefined ? undefined : { symbol: series.symbol, timezone: stored.timezone };
    const table = this.#tools.tableOf?.(series.instrument, zone);
    const recent = Float64Array.from(stored.tail);
    const isAnswered = error === undefined;
    return {
      series,
      provider,
      table,
      stored,
      before: stored.coverage,
      recent,
      isCurrent: isCurrent === true,
      isAnswered,
      error,
    };
  }

  /** Judges the run: what stands still, what has ended, which exchanges are silent. To be called when the store is closed. */
  async judge(tally: Tally): Promise<void> {
    const { silentNotes } = this.#tools;
    const { now } = this.#rules;
    const silent = new SilentDays(this.standings, silentNotes?.before ?? {}, now);
    const suspects = groupSuspects(this.standings, now, this.#rules.suspectDays);
    const verdicts = new Judgement(this.standings, this.#rules, silent).verdicts();
    const ended = verdicts.filter((verdict) => verdict.ended !== undefined);
    for (const verdict of verdicts) tally.judge(verdict);
    for (const [series, error] of this.#old) tally.judge({ series, behind: 0, freshness: 'fresh', error });
    for (const { stored, series } of this.standings) {
      const all = [...(stored.suspects ?? []), ...(suspects.get(series.key) ?? [])];
      if (all.length > 0)
        tally.suspect(
          series.key,
          all.map(({ stamp }) => formatStamp(stamp, series.period)),
        );
    }
    const { questions, errors } = silent.word();
    for (const error of errors) tally.fail(error);
    for (const line of [
      ...questions,
      ...errors.map(({ message }) => message),
      ...ended.flatMap((verdict) => this.#endedLine(verdict) ?? []),
      ...staleLines(verdicts),
      ...suspectLines(this.standings, silent, now),
    ])
      this.#say(line);
    await this.#keep(ended, suspects);
    const remembered = silent.remembered(now);
    if (remembered !== undefined) await silentNotes?.note(remembered);
  }

  #say(line: string): void {
    (this.#tools.announce ?? this.#tools.warn)(line);
  }

  #endedLine({ series, ended, isEndKnown }: Verdict): string | undefined {
    if (ended?.kind !== 'presumed' || isEndKnown === true) return undefined;
    const last = ended.on === undefined ? '' : `; its last bar is of ${formatTradeDate(ended.on)}`;
    return (
      `${series} seems to have ended${last}, while other series of its exchange go on; vortex asks for it once a week ` +
      `from now on. \`vortex series end ${series}\` stops that, \`vortex series rename\` gives it its new name`
    );
  }

  /** Writes down which series have ended, and which dates are suspect. @throws VortexError `disk-full`, `folder-unusable` */
  async #keep(ended: readonly Verdict[], suspects: ReadonlyMap<string, readonly Suspect[]>): Promise<void> {
    const { store } = this.#tools;
    const ends = new Map(ended.map((verdict) => [verdict.series, verdict.ended]));
    const changed = this.standings.filter(({ series: { key } }) => ends.has(key) || suspects.has(key));
    for (const { series } of changed) {
      const known = store.read(series);
      if (known.version === undefined) continue;
      const [end, added = []] = [ends.get(series.key), suspects.get(series.key)];
      const all = [...(known.stored.suspects ?? []), ...added].sort((a, b) => a.stamp - b.stamp);
      const facts = {
        ...versionFacts(known.version),
        ...writeSuspects(all, series.period),
        ...(end === undefined ? {} : writeEnded({ ended: end })),
      };
      await store.commit({ series, known, formats: known.formats, facts });
    }
    if (changed.length > 0) await store.close();
  }
}
