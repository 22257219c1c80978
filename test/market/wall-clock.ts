/** The offset and date arithmetic of a zone, read off a formatted clock: a second way beside src/market/time-zone.ts. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** What a wall clock in the zone shows, as if it were UTC; whole minutes. */
export function wallClock(instant: number, zone: string): number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    // The Swedish form is 2024-03-10 03:30.
    clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    clocks.set(zone, clock);
  }
  return Date.parse(`${clock.format(instant).replace(' ', 'T')}Z`);
}

const STEP = 15 * 60_000;

/** Every instant, on quarters of an hour, at which the clock shows the wall time; ascending. */
export function instantsShowing(wall: number, zone: string): number[] {
  const found: number[] = [];
  for (let instant = wall - 16 * 3_600_000; instant <= wall + 16 * 3_600_000; instant += STEP) {
    if (wallClock(instant, zone) === wall) found.push(instant);
  }
  return found;
}

/** UTC midnights within [from, to) after which the zone changes its offset before the next one. */
export function daysOfChange(zone: string, from: number, to: number): number[] {
  const days: number[] = [];
  for (let day = from; day < to; day += 86_400_000) {
    if (wallClock(day + 86_400_000, zone) - wallClock(day, zone) !== 86_400_000) days.push(day);
  }
  return days;
}
