import { firstBarFrom } from '../market/bars.ts';
import type { DueUnit } from '../market/due-units.ts';
import { groupOf, hasUnit, isLiveSeries, lastOf } from './standing.ts';
import type { Standing } from './standing.ts';

/** Items by name, in their order; items without a name are left out. Linear in their number. */
export function groupedBy<T>(items: Iterable<T>, nameOf: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = nameOf(item);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

/** How many series of a group were answered for a due unit, and how many of these have a bar in it. */
interface Answers {
  asked: number;
  met: number;
}

const isAsked = ({ stored, isAnswered }: Standing, { to }: DueUnit): boolean =>
  isAnswered && (stored.coverage.at(-1)?.to ?? 0) >= to;

/** Live series that are judged together. What is said of one counts the others only; each count is made once. */
export class Group {
  readonly #members: readonly Standing[];
  readonly #answers = new Map<number, Answers>();
  #lasts: Float64Array | undefined;

  constructor(members: readonly Standing[]) {
    this.#members = members;
  }

  get size(): number {
    return this.#members.length;
  }

  /** The other series than a member that were answered for the unit. */
  others(member: Standing, unit: DueUnit): Readonly<Answers> {
    let all = this.#answers.get(unit.stamp);
    if (all === undefined) {
      all = { asked: 0, met: 0 };
      for (const one of this.#members) {
        if (!isAsked(one, unit)) continue;
        all.asked += 1;
        if (hasUnit(one, unit)) all.met += 1;
      }
      this.#answers.set(unit.stamp, all);
    }
    const own = isAsked(member, unit);
    return { asked: all.asked - Number(own), met: all.met - Number(own && hasUnit(member, unit)) };
  }

  /** How many series have a bar after the stamp. */
  newerThan(stamp: number): number {
    this.#lasts ??= Float64Array.from(this.#members, (one) => lastOf(one) ?? -Infinity).sort();
    return this.#lasts.length - firstBarFrom(this.#lasts, stamp + 1);
  }
}

/** The live series of a run by group. @param now milliseconds since the epoch, UTC */
export function groupsOf(standings: readonly Standing[], now: number): ReadonlyMap<string, Group> {
  const live = standings.filter((standing) => isLiveSeries(standing, now));
  return new Map([...groupedBy(live, groupOf)].map(([name, members]) => [name, new Group(members)]));
}
