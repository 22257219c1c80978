import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offsetAt } from '../../src/market/time-zone.ts';
import { instantsOfWalls } from '../../src/market/wall-times.ts';

const ZONES = ['America/Chicago', 'America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Tokyo', 'UTC'];
const HALF_HOUR = 1_800_000;

const wallsOf = (instants: readonly number[], zone: string): Float64Array =>
  Float64Array.from(instants, (instant) => instant + offsetAt(instant, zone));
const at = (...texts: string[]): Float64Array => Float64Array.from(texts, (text) => Date.parse(`${text}:00Z`));
const read = (walls: Float64Array): string[] =>
  Array.from(instantsOfWalls(walls, 'America/Chicago').instants, (instant) =>
    new Date(instant).toISOString().slice(0, 16),
  );

describe('wall-clock stamps as instants', () => {
  it('bars without a gap come back as the instants that they were, over every change of clocks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.UTC(1979, 0) / HALF_HOUR, max: Date.UTC(2031, 0) / HALF_HOUR }),
        fc.integer({ min: 1, max: 6_000 }),
        (zone, first, count) => {
          const instants = Array.from({ length: count }, (_, index) => (first + index) * HALF_HOUR);
          const { instants: found, undecided } = instantsOfWalls(wallsOf(instants, zone), zone);
          // A range that begins or ends within a repeated hour has one pass of it only, and says so.
          if (undecided === 0) expect([...found]).toEqual(instants);
          else expect(undecided).toBeLessThanOrEqual(4);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('with gaps, the instants ascend, and away from repeated hours they are exact', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: Date.UTC(2000, 0) / HALF_HOUR, max: Date.UTC(2031, 0) / HALF_HOUR }),
        fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 200 }),
        (zone, first, gaps) => {
          const instants: number[] = [];
          for (let slot = first, row = 0; row < gaps.length; slot += gaps[row] ?? 1, row++)
            instants.push(slot * HALF_HOUR);
          const { instants: found } = instantsOfWalls(wallsOf(instants, zone), zone);
          found.forEach((instant, row) => {
            if (row > 0) expect(instant).toBeGreaterThan(found[row - 1] ?? Infinity);
            // Both clocks show the same.
            expect(instant + offsetAt(instant, zone)).toBe((instants[row] ?? 0) + offsetAt(instants[row] ?? 0, zone));
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('both passes of the repeated hour are told apart by their order', () => {
    const walls = at('2024-11-03T00:00', '2024-11-03T01:00', '2024-11-03T01:00', '2024-11-03T02:00');
    expect(read(walls)).toEqual(['2024-11-03T05:00', '2024-11-03T06:00', '2024-11-03T07:00', '2024-11-03T08:00']);
    expect(instantsOfWalls(walls, 'America/Chicago').undecided).toBe(0);
  });

  it('one pass only is undecided: the earlier instant, and counted', () => {
    const walls = at('2024-11-03T00:30', '2024-11-03T01:15', '2024-11-03T01:45', '2024-11-03T02:00');
    expect(read(walls)).toEqual(['2024-11-03T05:30', '2024-11-03T06:15', '2024-11-03T06:45', '2024-11-03T08:00']);
    expect(instantsOfWalls(walls, 'America/Chicago').undecided).toBe(2);
    expect(instantsOfWalls(at('2024-11-03T01:15'), 'America/Chicago').undecided).toBe(1);
  });

  it('the hour that is left out invents nothing: its stamps go on as if the clock had not changed', () => {
    expect(read(at('2024-03-10T01:30', '2024-03-10T03:00'))).toEqual(['2024-03-10T07:30', '2024-03-10T08:00']);
    expect(read(at('2024-03-10T01:30', '2024-03-10T02:30'))).toEqual(['2024-03-10T07:30', '2024-03-10T08:30']);
  });

  it('a stamp that is none stays none', () => {
    expect([...instantsOfWalls(Float64Array.of(Number.NaN, 0), 'UTC').instants]).toEqual([Number.NaN, 0]);
  });
});
