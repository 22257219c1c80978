import { DAY_MS } from './period.ts';
import { offsetAt, offsetsAlong } from './time-zone.ts';

/** Wall-clock times as instants. */
export interface WallReading {
  /** Milliseconds since the epoch, UTC, in the order of the rows. */
  readonly instants: Float64Array;
  /** How many lay in the hour that a clock change repeats with nothing to tell which of the two was meant. */
  readonly undecided: number;
}

/**
 * Reads the wall-clock stamps of rows that follow each other in time. In the hour that a clock change repeats the order
 * decides: a stamp that does not go on from the row before is of the second pass. Where the answer has one pass only it is
 * undecided, and the earlier instant counts. A stamp in the hour that a change leaves out is taken as if the clock had not
 * been changed yet. NaN stays NaN.
 * @param walls milliseconds since the epoch of the same clock reading in UTC, ascending but for repeated hours
 * @param zone IANA zone of the clock
 */
export function instantsOfWalls(walls: Float64Array, zone: string): WallReading {
  const instants = new Float64Array(walls.length);
  const offsetBefore = offsetsAlong(zone);
  const offsetAfter = offsetsAlong(zone);
  let last = Number.NEGATIVE_INFINITY;
  let undecided = 0;
  // Rows in the first pass of a repeated hour whose second pass has not been seen.
  let open = 0;
  walls.forEach((wall, row) => {
    if (Number.isNaN(wall)) {
      instants[row] = Number.NaN;
      return;
    }
    const before = offsetBefore(wall - DAY_MS);
    const after = offsetAfter(wall + DAY_MS);
    const isRepeated =
      before > after && offsetAt(wall - before, zone) === before && offsetAt(wall - after, zone) === after;
    let instant: number;
    if (isRepeated) {
      const isSecond = wall - before <= last;
      instant = isSecond ? wall - after : wall - before;
      if (isSecond) open = 0;
      else open += 1;
    } else {
      undecided += open;
      open = 0;
      instant = before !== after && offsetAt(wall - after, zone) === after ? wall - after : wall - before;
    }
    instants[row] = instant;
    last = instant;
  });
  return { instants, undecided: undecided + open };
}
