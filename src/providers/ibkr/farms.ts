/** What a server farm of Interactive Brokers is asked for. */
export type FarmKind = 'history' | 'definitions';

const DOWN: Readonly<Record<number, FarmKind>> = { 2105: 'history', 2157: 'definitions' };
/** Up, or idle and to be woken by the next request. */
const UP: Readonly<Record<number, FarmKind>> = { 2106: 'history', 2107: 'history', 2158: 'definitions' };

/** Which farms are known to be down. What TWS does not find while its farm is down is not proven to be absent. */
export class Farms {
  readonly #down = new Map<string, FarmKind>();

  /** Takes note of a message that tells of a farm; its name, which TWS does not translate, stands behind the last colon. */
  hear(code: number, text: string): void {
    const name = text.slice(text.lastIndexOf(':') + 1).trim();
    const [down, up] = [DOWN[code], UP[code]];
    if (down !== undefined) this.#down.set(`${down} ${name}`, down);
    if (up !== undefined) this.#down.delete(`${up} ${name}`);
  }

  /** True when one of that kind is down. */
  isDown(kind: FarmKind): boolean {
    return [...this.#down.values()].includes(kind);
  }

  /** Forgets everything: a new line tells it anew. */
  forget(): void {
    this.#down.clear();
  }
}
