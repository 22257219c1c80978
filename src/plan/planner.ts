import { usageError, VortexError } from '../market/errors.ts';
import { formatTradeDate, utcDate } from '../market/calendar.ts';
import type { Series } from '../market/instrument.ts';
import { DAY_MS, MINUTE_MS } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import { finishedEnd, sessionRule } from '../market/session.ts';
import { isInShard } from '../market/shard.ts';
import { NOTHING_STORED } from '../market/stored-series.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import { refusedError } from './refused.ts';
import { split, subtract, unite } from '../market/time-range.ts';
import type { TimeRange, TimeRanges } from '../market/time-range.ts';
import type { Capabilities } from '../providers/provider.ts';
import { boundTo, homeOf, leftOutLine } from './binding.ts';
import { untilEnd, waitsAWeek } from './ended.ts';
import { withExpiry } from './expiry.ts';
import { mayMix, ownBarsBefore, ownCoverage, ownTail, withCommonBars } from './mixing.ts';
import { inOrder } from './order.ts';
import type { Job, JobReason, Plan, PlanOptions, Settled } from './plan.ts';
import { chooseService, firstService } from './service.ts';
import type { Service } from './service.ts';
import { askedTonight, overSuspects, OwnRequests } from './suspects.ts';
import { answersFor, bridged, earliestServed, longestSpan } from './reach.ts';
import { firstDay } from './wanted.ts';
import type { WantedSeries } from './wanted.ts';

/** After so many days a contract that was said not to exist is asked for again. */
const ASK_AGAIN_DAYS = 30;

/** The wanted stamps that are finished and that the provider reaches. */
function reachableRange(
  wanted: WantedSeries,
  stored: StoredSeries,
  capabilities: Capabilities,
  options: PlanOptions,
): { readonly range: TimeRange; readonly reach: number; readonly isCurrent: boolean } {
  const { instrument, period } = wanted.series;
  const rule = sessionRule(instrument, capabilities.dayBoundary[instrument.class], stored.timezone);
  const end = finishedEnd(period, rule, options.now, options.settleMinutes * MINUTE_MS);
  const reach = earliestServed(capabilities, period, options.now);
  return {
    range: { from: Math.max(wanted.range.from, reach), to: Math.min(wanted.range.to, end) },
    reach,
    isCurrent: wanted.range.to >= end,
  };
}

/**
 * The last bars stored, asked again together with what first follows them, so that corrections are seen; undefined when
 * nothing that follows them is missing. Never before the provider's reach.
 */
function overlapOf(
  missing: TimeRanges,
  tail: readonly number[],
  overlapBars: number,
  reach: number,
): TimeRange | undefined {
  const last = tail.at(-1);
  const next = missing.find((range) => last !== undefined && range.from > last);
  const first = overlapBars === 0 ? undefined : tail.slice(-overlapBars)[0];
  return next === undefined || first === undefined ? undefined : { from: Math.max(first, reach), to: next.from };
}

/** What is asked for: what is missing, and stored bars to compare with. */
function withOverlap(
  missing: TimeRanges,
  stored: StoredSeries,
  isGuest: boolean,
  period: Period,
  overlapBars: number,
  reach: number,
): TimeRanges {
  const common = isGuest ? withCommonBars(missing, stored, period) : ownBarsBefore(missing, stored, period);
  const overlap = isGuest ? undefined : overlapOf(missing, ownTail(stored), overlapBars, reach);
  const within = common.map(({ from, to }) => ({ from: Math.max(from, reach), to }));
  return [...within, ...(overlap === undefined ? [] : [overlap])].reduce(unite, missing);
}

/** Everything that is stored and everything that is wanted, as far as the provider reaches. */
function wholeSeries(stored: StoredSeries, range: TimeRange, reach: number): TimeRanges {
  const served = stored.coverage.map((part) => ({ from: Math.max(part.from, reach), to: part.to }));
  return served.reduce<TimeRanges>((all, part) => unite(all, part), [range]);
}

function reasonOf(missing: TimeRanges, stored: StoredSeries, force: boolean): JobReason {
  if (stored.rebasePending === true) return 'rebase';
  if (force) return 'force';
  if (stored.rows === 0) return 'new';
  const last = stored.tail.at(-1) ?? -Infinity;
  return missing.some((range) => range.to > last) ? 'update' : 'gap';
}

function settledAbsent(series: Series, stored: StoredSeries, provider: string, now: number): Settled | undefined {
  const { absent } = stored;
  if (absent?.provider !== provider || now - absent.checkedAt >= ASK_AGAIN_DAYS * DAY_MS) return undefined;
  return { series, outcome: 'empty', stored };
}

/** What is not served is a gap only when something of it is missing. */
function notServed(
  wanted: WantedSeries,
  stored: StoredSeries,
  force: boolean,
  { reason, elsewhere }: Extract<Service, { reason: string }>,
): Settled {
  const { series } = wanted;
  if (!force && stored.rows > 0 && subtract(wanted.range, stored.coverage).length === 0) {
    return { series, outcome: 'unchanged', stored };
  }
  if (elsewhere !== undefined) return { series, outcome: 'failed', error: elsewhere, stored };
  if (!wanted.named) return { series, outcome: 'unservable', reason };
  const error = new VortexError(`${series.symbol}: ${reason}`, { code: 'not-servable', disposition: 'skip-series' });
  return { series, outcome: 'failed', error };
}

function planOne(
  wanted: WantedSeries,
  stored: StoredSeries,
  options: PlanOptions,
  notices: Set<string>,
  service: Service,
): Job | Planned {
  const { series } = wanted;
  if (!('provider' in service)) return notServed(wanted, stored, options.force, service);
  const { provider, symbol } = service;
  const { capabilities } = provider;
  const { range, reach, isCurrent } = reachableRange(wanted, stored, capabilities, options);
  if (wanted.range.from < reach && wanted.startGiven) {
    const from = formatTradeDate(utcDate(reach));
    notices.add(
      `${provider.id} has ${series.period} bars from ${from} on only; ${series.symbol} from ${firstDay(wanted.range)} is cut to that`,
    );
  }
  if (range.from >= range.to) {
    if (wanted.named && wanted.range.from >= wanted.range.to)
      notices.add(`${series.symbol} has no day in the wanted range`);
    const gone = wanted.range.to <= reach && wanted.range.from < wanted.range.to;
    const reason = `${provider.id} does not go back that far for ${series.period} bars`;
    return gone ? notServed(wanted, stored, options.force, { reason }) : { series, outcome: 'unchanged', stored };
  }
  const absent =
    options.force || !wanted.suggested ? undefined : settledAbsent(series, stored, provider.id, options.now);
  if (absent !== undefined) return absent;
  const whole = stored.rebasePending === true ? wholeSeries(stored, range, reach) : undefined;
  const bound = boundTo(stored);
  const guestOf = bound === provider.id ? undefined : bound;
  const covered = guestOf === undefined ? ownCoverage(stored) : stored.coverage;
  const isCounted = capabilities.allowance !== undefined;
  const unknown = whole ?? (options.force ? [range] : subtract(range, covered));
  const missing = options.force ? unknown : askedTonight(unknown, stored, isCounted, options.now);
  const current = isCurrent ? { isCurrent: true as const } : {};
  const asked = overSuspects(
    missing.length === 0
      ? []
      : withOverlap(missing, stored, guestOf !== undefined, series.period, options.overlapBars, reach),
    guestOf === undefined && whole === undefined && !options.force ? stored : NOTHING_STORED,
    capabilities,
    series.period,
  );
  const span = longestSpan(capabilities, series.period);
  const requests = (isCounted ? bridged(asked, span) : asked).flatMap((part) => split(part, span));
  const job: Job = {
    series,
    provider: provider.id,
    sourceSymbol: symbol,
    reason: reasonOf(missing, stored, options.force),
    missing,
    requests,
    answers: requests.map((part) => answersFor(capabilities, series.period, part)),
    allowance: isCounted ? requests.length : 0,
    suggested: wanted.suggested && capabilities.servesWholeLife,
    ...(wanted.named ? { named: true as const } : {}),
    ...(guestOf === undefined ? {} : { guestOf }),
    ...(isCurrent ? { isCurrent: true as const } : {}),
    stored,
  };
  if (asked.length > 0) return job;
  const settled = unknown.length > 0 ? waiting(job) : { series, outcome: unchangedOr(stored), stored, ...current };
  const isQuiet = isCounted || stored.rows === 0 || waitsAWeek(stored, options.now);
  return isQuiet ? settled : { ...settled, idle: job };
}

/** What is planned of a series of which nothing is missing: the job asks only for its suspect dates. */
type Planned = Settled & { readonly idle?: Job };

function withoutIdle({ idle, ...settled }: Planned): Settled {
  return settled;
}

const unchangedOr = ({ rows }: StoredSeries): 'unchanged' | 'empty' => (rows === 0 ? 'empty' : 'unchanged');

/** Refused ranges whose night has not come are still unknown. */
function waiting({ series, stored, provider }: Job): Settled {
  return { series, outcome: 'failed', error: refusedError(stored.refused ?? [], series, provider) };
}

/** Two wishes for one series (GOLD, and GCJ24 by its name): all that either wants. */
function joined(a: WantedSeries, b: WantedSeries): WantedSeries {
  const [first = a.range, second = first] = [a.range, b.range].filter((range) => range.from < range.to);
  return {
    series: a.series,
    range: { from: Math.min(first.from, second.from), to: Math.max(first.to, second.to) },
    named: a.named || b.named,
    suggested: a.suggested && b.suggested,
    startGiven: a.startGiven || b.startGiven,
  };
}

/** One wish a series. @throws VortexError `usage` when two series would share a file */
function onePerSeries(wanted: readonly WantedSeries[]): WantedSeries[] {
  const byFile = new Map<string, WantedSeries>();
  for (const entry of wanted) {
    const { key } = entry.series;
    const twin = byFile.get(key.toLowerCase());
    if (twin !== undefined && twin.series.key !== key)
      throw usageError(`${key} and ${twin.series.key} differ only in capitals and would share a file; rename one`);
    byFile.set(key.toLowerCase(), twin === undefined ? entry : joined(twin, entry));
  }
  return [...byFile.values()];
}

/**
 * Wanted minus covered is what is asked for: clipped to what the provider can serve, split to its span per request, in the
 * order that makes a short allowance buy the most. Pure: the same arguments give the same plan.
 * @param storedOf what the folder knows of a series
 * @throws VortexError `usage` when two series would share a file
 */
export function planJobs(
  wanted: readonly WantedSeries[],
  storedOf: (series: Series) => StoredSeries,
  options: PlanOptions,
): Plan {
  const notices = new Set<string>();
  const jobs: Job[] = [];
  const settled: Settled[] = [];
  const { shard } = options;
  // Twins by name are looked for among all series: another shard may have the other one.
  const mine = onePerSeries(wanted).filter(({ series }) => shard === undefined || isInShard(series.key, shard));
  const entries = new Map(mine.map((entry) => [entry.series.key, entry]));
  const own = new OwnRequests(options);
  const instead = (job: Job, away: ReadonlySet<string>): Job | undefined => {
    const asked = entries.get(job.series.key);
    const wish = asked && untilEnd(asked, job.stored, options);
    const entry = wish && withExpiry(wish, job.stored);
    const rest = { ...options, providers: options.providers.filter(({ id }) => !away.has(id)) };
    if (entry === undefined || (job.stored.rows > 0 && !mayMix(job.stored, options))) return undefined;
    const planned = planOne(entry, job.stored, rest, new Set(), firstService(entry, rest));
    return 'outcome' in planned ? undefined : planned;
  };
  const leftOut: string[] = [];
  for (const asked of entries.values()) {
    const stored = storedOf(asked.series);
    const wish = untilEnd(asked, stored, options);
    if (wish === undefined) {
      settled.push({ series: asked.series, outcome: stored.rows === 0 ? 'empty' : 'unchanged', stored });
      continue;
    }
    const bound = boundTo(stored);
    if (bound !== undefined && options.restricted === true && options.named !== true && !homeOf(bound, options)) {
      leftOut.push(bound);
      continue;
    }
    const entry = withExpiry(wish, stored);
    const planned = planOne(entry, stored, options, notices, chooseService(entry, stored, options));
    const job = 'outcome' in planned ? planned.idle : planned;
    const asking = job && own.ask(job);
    if (asking !== undefined && asking.requests.length > 0) jobs.push(asking);
    else if ('outcome' in planned) settled.push(withoutIdle(planned));
  }
  const left = leftOutLine(leftOut, options);
  return {
    jobs: inOrder(jobs, options),
    settled,
    notices: [...notices, ...(left === undefined ? [] : [left])],
    mix: options.mix === true && !options.force,
    onAllowance: options.onAllowance === true,
    instead,
  };
}
