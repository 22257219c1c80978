import type { TradeDate } from '../src/market/calendar.ts';
import { firstOfNextMonth, lastDayOfMonth } from '../src/market/calendar.ts';
import { MONTH_LETTERS } from '../src/market/instrument.ts';
import { DAY_MS } from '../src/market/period.ts';
import { contractYear } from '../src/market/futures-cycle.ts';
import { sessionBefore, sessionsBetween } from './sessions.ts';
import type { PriceScale, Security } from './securities.ts';

/** One futures market that the stand-in knows. */
export interface FuturesRoot {
  /** The project's own name: GOLD. */
  readonly id: string;
  /** Root on Yahoo: GC. */
  readonly root: string;
  /** Venue part of the symbol of a single contract: CMX; empty when there is none. */
  readonly suffix: string;
  /** Delivery-month letters. */
  readonly cycle: string;
  readonly timezone: string;
  readonly exchange: string;
  /** Root of its contracts in the project's own symbols, where it is another one: A6 for 6A. */
  readonly code?: string;
}

/** Life of a contract up to the last calendar day of its month. */
const LIFE_DAYS = 365;
const FIRST_CONTRACT_YEAR = 1980;
const LAST_CONTRACT_YEAR = 2099;

const TABLE = `GC 2000 1/10,MGC 2000 1/10,SI 25 5/1000,HG 4 5/10000,PL 950 1/10,PA 1200 5/10,CL 75 1/100,BZ 79 1/100,NG 2.8 1/1000
RB 2.3 1/10000,HO 2.5 1/10000,ES 4600 25/100,MES 4600 25/100,NQ 16000 25/100,MNQ 16000 25/100,YM 36000 1/1,RTY 2000 1/10
ZC 450 25/100,ZW 600 25/100,ZS 1250 25/100,ZM 350 1/10,ZL 50 1/100,ZO 360 25/100,ZR 16 5/1000,KE 620 25/100
LE 170 25/1000,HE 85 25/1000,GF 230 25/1000,6E 1.1 5/100000,6B 1.28 1/10000,6J 0.0072 5/10000000,6A 0.7 5/100000,6C 0.76 5/100000
6S 1.1 5/100000,6N 0.65 5/100000,6M 0.055 1/100000,6L 0.2 5/100000,ZN 112 1/100,ZB 122 1/100,ZF 109 1/100,ZT 103 5/1000
UB 130 1/100,TN 116 1/100,DX 102 5/1000,CC 3500 1/1,KC 190 5/100,CT 84 1/100,SB 20 1/100,OJ 250 5/100`;

interface Quote {
  readonly level: number;
  readonly price: PriceScale;
}

const quotes = new Map<string, Quote>();
for (const entry of TABLE.split(/[,\n]/)) {
  const [root = '', about, step, scale] = entry.split(/[ /]/);
  const price = { step: Number(step), scale: Number(scale) };
  quotes.set(root, { level: Math.round((Number(about) * price.scale) / price.step), price });
}
const ANY_QUOTE: Quote = { level: 10_000, price: { step: 1, scale: 100 } };

function securityOf(root: FuturesRoot, key: string): Omit<Security, 'first'> {
  return {
    ...(quotes.get(root.root) ?? ANY_QUOTE),
    key,
    class: 'future',
    venue: 'us-futures',
    name: root.id,
    currency: 'USD',
    curve: root.root,
    lots: 150_000,
    lot: 1,
    splits: [],
  };
}

/** Last trade date of a delivery month: its third last one; of natural gas that of the month before. Month is 1 to 12. */
function expiryOf(root: string, year: number, month: number): TradeDate {
  const first = Date.UTC(year, root === 'NG' ? month - 2 : month - 1, 1);
  const end = firstOfNextMonth(first);
  const days = sessionsBetween('us-futures', first, end);
  return days[days.length - 3]?.date ?? end - DAY_MS;
}

/** The contracts of the given markets: what each is, how long it lives, which one is in front. */
export class FuturesList {
  readonly #roots = new Map<string, FuturesRoot>();
  readonly #contracts = new Map<string, Security>();
  readonly #byName = new Map<string, FuturesRoot>();

  constructor(roots: readonly FuturesRoot[]) {
    for (const root of roots) this.#roots.set(root.root, root);
    // Where a name is one market's own code and another's root elsewhere, the own code counts.
    const names: ((root: FuturesRoot) => string)[] = [
      ({ code, root }) => code ?? root,
      ({ id }) => id,
      ({ root }) => root,
    ];
    for (const nameOf of names) {
      for (const root of roots) {
        if (!this.#byName.has(nameOf(root))) this.#byName.set(nameOf(root), root);
      }
    }
  }

  /** The market of a Yahoo root. */
  rootOf(root: string): FuturesRoot | undefined {
    return this.#roots.get(root);
  }

  /** One contract; month is 1 to 12. Undefined for a month outside the cycle or a year outside 1980 to 2099. */
  contract(root: FuturesRoot, year: number, month: number): Security | undefined {
    const letter = MONTH_LETTERS.charAt(month - 1);
    if (letter === '' || !root.cycle.includes(letter)) return undefined;
    if (year < FIRST_CONTRACT_YEAR || year > LAST_CONTRACT_YEAR) return undefined;
    const key = `${root.root}${letter}${year}`;
    let contract = this.#contracts.get(key);
    if (contract === undefined) {
      const born = lastDayOfMonth(year, month) - LIFE_DAYS * DAY_MS;
      const first = sessionsBetween('us-futures', born, born + 14 * DAY_MS)[0]?.date ?? born;
      contract = { ...securityOf(root, key), first, last: expiryOf(root.root, year, month) };
      this.#contracts.set(key, contract);
    }
    return contract;
  }

  /** The contract that a symbol names: GCJ24, GCJ2024, with the project's or Yahoo's root. */
  named(symbol: string, now: number): Security | undefined {
    const match = /^(.+)([FGHJKMNQUVXZ])(\d{4}|\d{2})$/.exec(symbol);
    const root = this.#byName.get(match?.[1] ?? '');
    if (match === null || root === undefined) return undefined;
    return this.lettered(root, match[2] ?? '', match[3] ?? '', now);
  }

  /** The contract of a month letter and a year of two or four digits, the nearest to `now`. */
  lettered(root: FuturesRoot, letter: string, year: string, now: number): Security | undefined {
    return this.contract(root, contractYear(year, now), MONTH_LETTERS.indexOf(letter) + 1);
  }

  /** The contract of the root that expires first on or after the trade date. */
  frontOn(root: FuturesRoot, date: TradeDate): Security | undefined {
    const day = new Date(date);
    const start = day.getUTCFullYear() * 12 + day.getUTCMonth();
    for (let index = start; index <= start + 13; index++) {
      const contract = this.contract(root, Math.floor(index / 12), (index % 12) + 1);
      if (contract?.last !== undefined && contract.last >= date) return contract;
    }
    return undefined;
  }

  /** The series that always stands for the front contract: GC=F. */
  continuous(root: FuturesRoot): Security {
    const first = sessionBefore('us-futures', Date.UTC(2000, 8, 1)).date;
    return { ...securityOf(root, `${root.root}=F`), class: 'stock', first, frontOf: root.root };
  }
}
