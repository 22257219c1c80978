/** Half-open range [from, to) in milliseconds since the epoch, UTC; see TradeDate for ranges of whole days. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Ranges in ascending order that neither overlap nor touch. */
export type TimeRanges = readonly TimeRange[];

/** Whether a stamp lies in a range. */
export const isWithin = (stamp: number, { from, to }: TimeRange): boolean => stamp >= from && stamp < to;

/** The common part of two ranges; undefined when they share nothing. */
export function intersect(a: TimeRange, b: TimeRange): TimeRange | undefined {
  const from = Math.max(a.from, b.from);
  const to = Math.min(a.to, b.to);
  return from < to ? { from, to } : undefined;
}

/** Adds a range, joining what overlaps or touches it. */
export function unite(ranges: TimeRanges, added: TimeRange): TimeRanges {
  if (added.from >= added.to) return ranges;
  let { from, to } = added;
  const before: TimeRange[] = [];
  const after: TimeRange[] = [];
  for (const range of ranges) {
    if (range.to < from) before.push(range);
    else if (range.from > to) after.push(range);
    else {
      from = Math.min(from, range.from);
      to = Math.max(to, range.to);
    }
  }
  return [...before, { from, to }, ...after];
}

/** What of `wanted` is in none of the ranges. */
export function subtract(wanted: TimeRange, ranges: TimeRanges): TimeRanges {
  const missing: TimeRange[] = [];
  let from = wanted.from;
  for (const range of ranges) {
    if (range.to <= from) continue;
    if (range.from >= wanted.to) break;
    if (range.from > from) missing.push({ from, to: range.from });
    from = range.to;
  }
  if (from < wanted.to) missing.push({ from, to: wanted.to });
  return missing;
}

/** Cuts a range into pieces of at most `span` milliseconds, oldest first. */
export function split(range: TimeRange, span: number | undefined): TimeRanges {
  if (span === undefined || range.to - range.from <= span) return [range];
  const pieces: TimeRange[] = [];
  for (let from = range.from; from < range.to; from += span) {
    pieces.push({ from, to: Math.min(from + span, range.to) });
  }
  return pieces;
}
