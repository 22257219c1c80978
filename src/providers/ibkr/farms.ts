/** What a server farm of Interactive Brokers is asked for: bars, contracts, or prices as they come. */
export type FarmKind = 'history' | 'definitions' | 'market';
/** Idle: to be woken by a request. Broken: to come back by itself. */
type Trouble = 'idle' | 'broken';

const BAD: Readonly<Record<number, readonly [FarmKind, Trouble]>> = {
  2103: ['market', 'broken'],
  2105: ['history', 'broken'],
  2107: ['history', 'idle'],
  2108: ['market', 'idle'],
  2157: ['definitions', 'broken'],
};
const UP: Readonly<Record<number, FarmKind>> = { 2104: 'market', 2106: 'history', 2158: 'definitions' };

/** The name of a farm, which TWS does not translate: behind the last colon, or where there is none behind the first full stop. */
function nameIn(text: string): string {
  return (text.includes(':') ? text.slice(text.lastIndexOf(':') + 1) : text.replace(/^.*?\.\s*/, '')).trim();
}

/** Which farms are known not to answer. What TWS does not find while its farm is away is not proven to be absent. */
export class Farms {
  readonly #troubles = new Map<string, readonly [FarmKind, Trouble]>();
  #whenUp: (() => void)[] = [];

  /** Takes note of a message that tells of a farm. */
  hear(code: number, text: string): void {
    const [bad, up] = [BAD[code], UP[code]];
    if (bad !== undefined) this.#troubles.set(`${bad[0]} ${nameIn(text)}`, bad);
    if (up === undefined) return;
    this.#troubles.delete(`${up} ${nameIn(text)}`);
    for (const look of this.#whenUp.splice(0)) look();
  }

  /** True when one of that kind is broken, or idle and not woken yet. */
  isAway(kind: FarmKind, trouble?: Trouble): boolean {
    return [...this.#troubles.values()].some(
      ([its, met]) => its === kind && (trouble === undefined || met === trouble),
    );
  }

  /** Calls back as soon as the condition holds, at once if it does; looked at whenever a farm comes up. */
  when(holds: () => boolean, go: () => void): void {
    if (holds()) go();
    else
      this.#whenUp.push(() => {
        this.when(holds, go);
      });
  }

  /** Forgets everything: a new line tells it anew. */
  forget(): void {
    this.#troubles.clear();
  }
}
