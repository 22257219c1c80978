import { formatTradeDate } from '../market/calendar.ts';
import type { Rhythm } from '../market/rhythm.ts';
import { formatRange, formatStamp, parseRange } from '../market/stored-series.ts';
import type { RefusedRange, StoredSeries, Suspect } from '../market/stored-series.ts';
import { readEnded } from './ended.ts';
import type { Manifest, ManifestVersion } from './manifest-form.ts';

type Period = Manifest['period'];

/** What a manifest keeps of what answers have proved. */
export type ProofFacts = Pick<ManifestVersion, 'suspect' | 'refused' | 'rhythm' | 'ended' | 'answered_at' | 'formerly'>;

/** What a version says of what answers have proved, to be kept by the next one. */
export function keptProof(version: ManifestVersion | undefined): ProofFacts {
  if (version === undefined) return {};
  const { suspect, refused, rhythm, ended, answered_at, formerly } = version;
  return {
    ...(suspect === undefined ? {} : { suspect }),
    ...(refused === undefined ? {} : { refused }),
    ...(rhythm === undefined ? {} : { rhythm }),
    ...(ended === undefined ? {} : { ended }),
    ...(answered_at === undefined ? {} : { answered_at }),
    ...(formerly === undefined ? {} : { formerly }),
  };
}

const dates = (texts: readonly string[]): number[] => texts.map((text) => Date.parse(text));

function readRefused({ refused = [] }: ProofFacts, period: Period): RefusedRange[] {
  return refused.flatMap(({ from, to, answered, confirmed }) => {
    const range = parseRange(from, to, period);
    return range === undefined ? [] : [{ ...range, answered: dates(answered), isConfirmed: confirmed === true }];
  });
}

function readSuspects({ suspect = [] }: ProofFacts): Suspect[] {
  return suspect.map(({ stamp, answered, old }) => ({
    stamp: Date.parse(stamp),
    answered: dates(answered),
    isOld: old === true,
  }));
}

/** What a version of a manifest says of what answers have proved. */
export function readProof(
  facts: ProofFacts,
  period: Period,
): Pick<StoredSeries, 'suspects' | 'refused' | 'ended' | 'rhythm' | 'delays' | 'answeredAt'> {
  const { rhythm, answered_at: answeredAt } = facts;
  const [suspects, refused] = [readSuspects(facts), readRefused(facts, period)];
  return {
    ...(suspects.length === 0 ? {} : { suspects }),
    ...(refused.length === 0 ? {} : { refused }),
    ...readEnded(facts),
    ...(rhythm === undefined
      ? {}
      : { rhythm: { due: rhythm.due, met: rhythm.met, longestPauseDays: rhythm.longest_pause_days } }),
    ...(rhythm?.delays === undefined ? {} : { delays: rhythm.delays }),
    ...(answeredAt === undefined ? {} : { answeredAt: Date.parse(answeredAt) }),
  };
}

/** Suspects as they stand in a manifest; nothing where there are none. */
export function writeSuspects(suspects: readonly Suspect[], period: Period): Pick<ProofFacts, 'suspect'> {
  if (suspects.length === 0) return {};
  return {
    suspect: suspects.map(({ stamp, answered, isOld }) => ({
      stamp: formatStamp(stamp, period),
      answered: answered.map(formatTradeDate),
      ...(isOld ? { old: true } : {}),
    })),
  };
}

/** Refused ranges as they stand in a manifest; nothing where there are none. */
export function writeRefused(refused: readonly RefusedRange[], period: Period): Pick<ProofFacts, 'refused'> {
  if (refused.length === 0) return {};
  return {
    refused: refused.map(({ answered, isConfirmed, ...range }) => {
      const [from, to] = formatRange(range, period);
      return { from, to, answered: answered.map(formatTradeDate), ...(isConfirmed ? { confirmed: true } : {}) };
    }),
  };
}

/** A rhythm as it stands in a manifest. */
export function writeRhythm(rhythm: Rhythm | undefined, delays: readonly number[]): Pick<ProofFacts, 'rhythm'> {
  if (rhythm === undefined) return {};
  const { due, met, longestPauseDays } = rhythm;
  return {
    rhythm: { due, met, longest_pause_days: longestPauseDays, ...(delays.length === 0 ? {} : { delays: [...delays] }) },
  };
}
