import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { formatTradeDate } from '../market/calendar.ts';
import type { TradeDate } from '../market/calendar.ts';
import { makeFolder, readWhole, sha256, storeError, syncDescriptor, syncFolder } from './files.ts';
import { allowanceFolder } from './paths.ts';

/** How many days of an account are kept. */
const KEPT_DAYS = 14;

const entry = z.union([
  /** A download is about to be asked for; `live`: it updates a live series. */
  z.object({ spent: z.string(), live: z.boolean() }),
  /** That download was not asked for after all: another run had taken the last one. */
  z.object({ returned: z.string(), live: z.boolean() }),
  /** The provider's own count of the day so far. */
  z.object({ told: z.int().min(0) }),
  /** The provider says that the day's allowance is used up. */
  z.object({ ended: z.literal(true) }),
]);
type Entry = z.infer<typeof entry>;

/** What an account has used on one day. */
export interface LedgerDay {
  /** Downloads of the day, of other programs too where the provider has said so. */
  readonly used: number;
  /** Those of them that updated live series, as far as this folder made them. */
  readonly liveUsed: number;
  /** What the provider said last, if it was asked. */
  readonly told: number | undefined;
  /** The provider has said that it gives no more. */
  readonly ended: boolean;
}

/** A line that cannot be read was torn by a crash: it may have been a download, and counts as one. */
function parseLine(line: string): Entry {
  try {
    return entry.parse(JSON.parse(line));
  } catch {
    return { spent: '', live: false };
  }
}

function dayAfter(day: LedgerDay, change: Entry): LedgerDay {
  if ('ended' in change) return { ...day, ended: true };
  if ('told' in change) return { ...day, used: change.told, told: change.told };
  const by = 'spent' in change ? 1 : -1;
  return { ...day, used: day.used + by, liveUsed: day.liveUsed + (change.live ? by : 0) };
}

const UNUSED: LedgerDay = { used: 0, liveUsed: 0, told: undefined, ended: false };

/** The name under which an account stands on disk; it does not tell who it is. */
export function accountName(account: string | undefined): string {
  return account === undefined ? 'default' : sha256(Buffer.from(account)).slice(0, 16);
}

/**
 * What one account has used of its allowance on one day of its provider: a line for each download, written and synced
 * before it is asked for, so that a crash never counts too few. Two runs append to the same file; the place of its line
 * tells each whether the download is still within the limit.
 */
export class AllowanceLedger {
  readonly #folder: string;
  readonly #path: string;
  readonly #run: string;
  #count = 0;

  /**
   * @param account as `accountName` writes it
   * @param day in the zone of the provider
   */
  constructor(root: string, provider: string, account: string, day: TradeDate, run: string) {
    this.#folder = allowanceFolder(root, provider, account);
    this.#path = join(this.#folder, `${formatTradeDate(day)}.jsonl`);
    this.#run = run;
  }

  /** @throws VortexError `folder-unusable` */
  read(): LedgerDay {
    return this.#lines().reduce((day, line) => dayAfter(day, parseLine(line)), UNUSED);
  }

  /**
   * Writes down a download that is about to be asked for.
   * @returns false when it would be beyond the limit; nothing is counted then
   * @throws VortexError `disk-full`, `folder-unusable`
   */
  async spend(live: boolean, limit: number): Promise<boolean> {
    this.#count += 1;
    const id = `${this.#run}-${this.#count}`;
    await this.#append({ spent: id, live });
    let day = UNUSED;
    for (const line of this.#lines()) {
      const read = parseLine(line);
      day = dayAfter(day, read);
      if ('spent' in read && read.spent === id) break;
    }
    if (day.used <= limit && !day.ended) return true;
    await this.#append({ returned: id, live });
    return false;
  }

  /** Takes over the provider's own count. */
  async tell(used: number): Promise<void> {
    const day = this.read();
    if (day.used !== used || (day.told === undefined && used > 0)) await this.#append({ told: used });
  }

  /** Notes that the provider gives no more on this day. */
  async end(): Promise<void> {
    if (!this.read().ended) await this.#append({ ended: true });
  }

  #lines(): string[] {
    const text = readWhole(this.#path)?.toString('utf8') ?? '';
    return text.split('\n').filter((line) => line !== '');
  }

  async #append(line: Entry): Promise<void> {
    const isNew = readWhole(this.#path) === undefined;
    if (isNew) makeFolder(this.#folder);
    let fd: number | undefined;
    try {
      fd = openSync(this.#path, 'a', 0o644);
      // The break comes first, so that a line which a crash has torn spoils no other.
      writeSync(fd, `\n${JSON.stringify(line)}`);
      await syncDescriptor(fd);
    } catch (error) {
      throw storeError(error, this.#path);
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
    if (!isNew) return;
    await syncFolder(this.#folder);
    // A run that stands for a time long past keeps its own day.
    const days = readdirSync(this.#folder).filter((name) => name !== basename(this.#path));
    for (const name of days.sort().slice(0, 1 - KEPT_DAYS)) rmSync(join(this.#folder, name), { force: true });
  }
}
