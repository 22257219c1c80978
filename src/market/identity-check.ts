import { firstBarFrom } from './bars.ts';
import type { Bars } from './bars.ts';
import { utcDate } from './calendar.ts';
import type { SeriesIdentity } from './identity.ts';
import { DAY_MS } from './period.ts';
import { decimalsOf, FLOAT32_ROUNDING } from './rounding.ts';

/** One fact of a series that the source gives differently now; `was` and `is` as the source spells them. */
export interface IdentityChange {
  readonly what: string;
  readonly was: string;
  readonly is: string;
}

/** What an answer says of a series, beside what is stored. */
export interface ComparedIdentity {
  /** Never taken without --force: currency and hours. */
  readonly breaks: readonly IdentityChange[];
  /** Taken where the common bars agree: type, exchange, name, conId. */
  readonly turns: readonly IdentityChange[];
}

/** Name, conId and first trade date of a front-month ticker are those of the contract in front: each roll changes them. */
export interface IdentityScope {
  readonly isFrontMonth: boolean;
}

const exact = (text: string): string => text;
/** Capitals, blanks and punctuation of a name carry nothing: "Apple Inc." is "APPLE INC". */
const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

type TextField = 'currency' | 'hours' | 'instrumentType' | 'exchange' | 'name' | 'conId';

function changeOf(
  what: string,
  field: TextField,
  [stored, told]: readonly [SeriesIdentity, SeriesIdentity],
  fold = exact,
): IdentityChange[] {
  const [was, is] = [stored[field], told[field]];
  if (was === undefined || is === undefined || fold(was) === fold(is)) return [];
  return [{ what, was, is }];
}

/** What differs between the stored identity and the told one. A field that either lacks says nothing. */
export function compareIdentity(
  stored: SeriesIdentity,
  told: SeriesIdentity,
  { isFrontMonth }: IdentityScope,
): ComparedIdentity {
  const pair = [stored, told] as const;
  return {
    breaks: [...changeOf('currency', 'currency', pair), ...changeOf('hours', 'hours', pair)],
    turns: [
      ...changeOf('type', 'instrumentType', pair),
      ...changeOf('exchange', 'exchange', pair),
      ...(isFrontMonth ? [] : [...changeOf('name', 'name', pair, folded), ...changeOf('conId', 'conId', pair)]),
    ],
  };
}

/**
 * True when the source has begun to say that the series first traded after bars that are stored. One day earlier or later
 * is the zone in which the date is counted.
 * @param first stamp of the first stored bar, milliseconds since the epoch, UTC
 */
export function beginsAfterStored(stored: SeriesIdentity, told: SeriesIdentity, first: number): boolean {
  const { firstTradeDate } = told;
  if (firstTradeDate === undefined) return false;
  if (stored.firstTradeDate !== undefined && utcDate(stored.firstTradeDate) === utcDate(firstTradeDate)) return false;
  return utcDate(firstTradeDate) > utcDate(first) + DAY_MS;
}

/** The stored identity with what the answer says; what the answer leaves out stays. */
export function filledIn(stored: SeriesIdentity, told: SeriesIdentity): SeriesIdentity {
  return { ...stored, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) };
}

/** So much of the common bars is to agree: a source corrects the newest one now and then. */
const AGREEING_SHARE = 0.9;

function equalRounded(a: number, b: number, decimals: number): boolean {
  const rounding = 10 ** -decimals / 2 + Math.max(Math.abs(a), Math.abs(b)) * FLOAT32_ROUNDING * 2;
  return Math.abs(a - b) <= rounding;
}

/**
 * Whether an answer is about the stored series by its bars: nine in ten of the common ones have the same close within
 * rounding. False when no bar is common.
 */
export function overlapAgrees(stored: Bars, answer: Bars): boolean {
  let [common, equal] = [0, 0];
  answer.time.forEach((time, row) => {
    const at = firstBarFrom(stored.time, time);
    const [was, is] = [stored.close[at], answer.close[row]];
    if (stored.time[at] !== time || was === undefined || is === undefined) return;
    common += 1;
    if (equalRounded(was, is, Math.min(decimalsOf(was), decimalsOf(is)))) equal += 1;
  });
  return common > 0 && equal >= common * AGREEING_SHARE;
}
