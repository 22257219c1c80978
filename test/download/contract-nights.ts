import { proveAnswer } from '../../src/download/proof.ts';
import { Judgement } from '../../src/download/judgement.ts';
import { SilentDays } from '../../src/download/silent-days.ts';
import type { Standing } from '../../src/download/standing.ts';
import type { Bars } from '../../src/market/bars.ts';
import { dueUnits } from '../../src/market/due-units.ts';
import type { ExchangeTable } from '../../src/market/exchange-table.ts';
import type { Series } from '../../src/market/instrument.ts';
import { DAY_MS } from '../../src/market/period.ts';
import { NOTHING_STORED } from '../../src/market/stored-series.ts';
import type { StoredSeries } from '../../src/market/stored-series.ts';
import { table as tableOfRows } from '../market/rows.ts';
import type { Row } from '../market/rows.ts';

const OVERLAP = 5;
const LIMITS = { warnSessions: 3, failSessions: 5 };

/** What nightly runs over the life of a contract came to. */
export interface Replayed {
  /** Every date that was suspect in any night. */
  readonly suspects: ReadonlySet<number>;
  /** Nights in which the contract was stale or had failed, by their last date. */
  readonly staleNights: readonly number[];
  /** Nights in which an answer was refused. */
  readonly refusedNights: readonly number[];
  readonly isEnded: boolean;
}

function until(rows: readonly Row[], date: number): Bars {
  return tableOfRows(rows.filter(({ time }) => time <= date));
}

/** How a month stands at the end of a night. */
function standingOf(series: Series, stored: StoredSeries, bars: Bars, exchange: ExchangeTable | undefined): Standing {
  return {
    series,
    provider: 'barchart',
    table: exchange,
    stored,
    before: stored.coverage,
    recent: bars.time.slice(-80),
    isCurrent: true,
    isAnswered: true,
  };
}

/** What is asked for. */
export interface Asked {
  readonly series: Series;
  /** A later month of its market, which has a bar on every due date. */
  readonly later: Series;
  readonly rows: readonly Row[];
  readonly exchange: ExchangeTable | undefined;
  /** Trade date of the last night, unless the contract's month ends before. */
  readonly end: number;
}

/** Asks for a contract each night from its first bar on, until the end or until it counts as ended. */
export function replayNights({ series, later, rows, exchange, end: wanted }: Asked): Replayed {
  const first = rows[0]?.time ?? 0;
  const suspects = new Set<number>();
  const [staleNights, refusedNights]: [number[], number[]] = [[], []];
  let stored: StoredSeries = { ...NOTHING_STORED, first };
  const end = Math.min(wanted, (series.contract?.life.to ?? wanted) - DAY_MS);
  for (let date = first; date <= end; date += DAY_MS) {
    const now = date + DAY_MS;
    const bars = until(rows, date);
    const from = stored.tail.at(-OVERLAP) ?? first;
    const judged = { series, stored, bars, answered: [{ from, to: now }], isLastDateKnown: false };
    const proof = proveAnswer(judged, { table: exchange, provider: 'barchart', suspectDays: 30, now });
    for (const { stamp } of proof.suspects) suspects.add(stamp);
    if (proof.error !== undefined) refusedNights.push(date);
    stored = {
      ...stored,
      coverage: proof.coverage,
      suspects: proof.suspects,
      refused: proof.refused,
      ...(proof.rhythm === undefined ? {} : { rhythm: proof.rhythm }),
      rows: bars.time.length,
      tail: Array.from(bars.time.slice(-10)),
    };
    const due =
      exchange === undefined
        ? [date]
        : [...dueUnits(exchange, { from: first, to: now }, '1d')].map((unit) => unit.from);
    const neighbour = { ...stored, suspects: [], rows: due.length, tail: due.slice(-10) };
    const all = [
      standingOf(series, stored, bars, exchange),
      standingOf(later, neighbour, tableOfRows(due.map((time) => ({ time, values: { volume: 1 } }))), exchange),
    ];
    const [verdict] = new Judgement(all, { limits: LIMITS, now }, new SilentDays(all, {}, now)).verdicts();
    if (verdict?.ended !== undefined) return { suspects, staleNights, refusedNights, isEnded: true };
    if (verdict?.series === series.key && verdict.freshness !== 'fresh') staleNights.push(date);
  }
  return { suspects, staleNights, refusedNights, isEnded: false };
}
