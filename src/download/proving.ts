import { dueUnits } from '../market/due-units.ts';
import { NO_BARS } from '../market/bars.ts';
import type { ExchangeTable } from '../market/exchange-table.ts';
import { NOTHING_STORED } from '../market/stored-series.ts';
import type { TimeRanges } from '../market/time-range.ts';
import type { Job } from '../plan/plan.ts';
import { writeCoverage } from '../store/manifest.ts';
import { writeRefused, writeRhythm, writeSuspects } from '../store/proof-form.ts';
import type { SeriesChange } from '../store/series-change.ts';
import { proveAnswer } from './proof.ts';
import type { Judged, Proof, ProofRules } from './proof.ts';
import { reportedError } from './record.ts';
import type { Recording } from './record.ts';
import type { FetchedSeries } from './series-job.ts';

/** So many updates tell how late a series' bars usually come. */
const MOST_DELAYS = 20;

/** By how many due dates the newest bar came late, put behind what is known of earlier updates. */
function delaysAfter(judged: Judged, isUpdate: boolean, table: ExchangeTable | undefined): readonly number[] {
  const { stored, bars, answered, series } = judged;
  const { delays = [] } = stored;
  const last = bars.time.at(-1);
  const to = answered.at(-1)?.to;
  const isNew = last !== undefined && last > (stored.tail.at(-1) ?? Infinity);
  if (!isUpdate || !isNew || to === undefined || table === undefined) return delays;
  const late = [...dueUnits(table, { from: last + 1, to }, series.period)].length;
  return [...delays, late].slice(-MOST_DELAYS);
}

function factsOf(facts: SeriesChange['facts'], judged: Judged, proof: Proof, delays: readonly number[]) {
  const { period } = judged.series;
  const { suspect, refused, rhythm, ...kept } = facts;
  const isAlive = (judged.bars.time.at(-1) ?? -Infinity) > (judged.stored.tail.at(-1) ?? Infinity);
  const { ended, ...living } = kept;
  // New bars speak against an end that was only inferred.
  const rest = isAlive && ended?.kind !== 'user' ? living : kept;
  return {
    ...rest,
    coverage: writeCoverage(proof.coverage, period),
    ...writeSuspects(proof.suspects, period),
    ...writeRefused(proof.refused, period),
    ...writeRhythm(proof.rhythm, delays),
  };
}

/** A recording with what its answers prove. */
export interface Proved {
  readonly recording: Recording;
  readonly proof?: Proof;
}

/** What was worked in, with its coverage cut to what the answers prove; a range that they do not prove fails the series. */
export function withProof(job: Job, fetched: FetchedSeries, recording: Recording, rules: ProofRules): Proved {
  const { change, result, worked = NO_BARS } = recording;
  if (change === undefined || job.guestOf !== undefined) return { recording };
  const { source, answered } = fetched;
  const judged: Judged = {
    series: job.series,
    stored: recording.replaces === true ? NOTHING_STORED : change.known.stored,
    bars: worked,
    answered,
    firstBar: source?.firstBar,
    lastDate: source?.expires ?? change.known.stored.expires,
  };
  const proof = proveAnswer(judged, rules);
  const delays = delaysAfter(judged, job.reason === 'update', rules.table);
  const answeredAt = answered.length === 0 ? {} : { answered_at: new Date(source?.clock ?? rules.now).toISOString() };
  const proved = { ...change, facts: { ...factsOf(change.facts, judged, proof, delays), ...answeredAt } };
  const { error } = proof;
  if (error === undefined || recording.error !== undefined || result.outcome === 'failed') {
    return { recording: { ...recording, change: proved }, proof };
  }
  const failed = { ...result, outcome: 'failed' as const, error: reportedError(error) };
  return { recording: { ...recording, change: proved, result: failed, error }, proof };
}

/** Whether an answer of nothing can be no proof: bars are due somewhere in what was asked. */
export function isDueWithin(
  ranges: TimeRanges,
  table: ExchangeTable | undefined,
  { series }: Pick<Job, 'series'>,
): boolean {
  if (table === undefined) return true;
  return ranges.some((range) => dueUnits(table, range, series.period).next().done !== true);
}
