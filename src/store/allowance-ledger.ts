import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { formatTradeDate } from '../market/calendar.ts';
import type { TradeDate } from '../market/calendar.ts';
import { shardMark, shareOf } from '../market/shard.ts';
import type { Shard } from '../market/shard.ts';
import { namesIn } from '../disk/listing.ts';
import { makeFolder, readWhole, sha256, storeError, syncDescriptor, syncFolder } from '../disk/files.ts';
import { allowanceFolder } from '../disk/paths.ts';

/** How many days of an account are kept. */
const KEPT_DAYS = 14;
const ENDING = '.jsonl';

/** `2024-07-03` of `2024-07-03.jsonl` and of `2024-07-03.1-of-3.jsonl`. */
const dayOfName = (name: string): string => name.slice(0, 10);

const entry = z.union([
  /** A download is about to be asked for; `live`: it updates a live series. */
  z.object({ spent: z.string(), live: z.boolean() }),
  /** That download was not asked for after all: another run had taken the last one. */
  z.object({ returned: z.string(), live: z.boolean() }),
  /**
   * The provider's own count of the day so far. The file's own count becomes `mine` (absent: the same); or it stays, and
   * `others` are downloads that no file of the folder knows of.
   */
  z.object({ told: z.int().min(0), mine: z.int().optional(), others: z.int().min(0).optional() }),
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

/** What one file of a day says. */
interface FileDay extends LedgerDay {
  /** Downloads that no file of the folder knows of, as far as the provider told a shard. */
  readonly others: number;
}

function dayAfter(day: FileDay, change: Entry): FileDay {
  if ('ended' in change) return { ...day, ended: true };
  if ('told' in change) {
    const { told, mine = told, others } = change;
    return others === undefined ? { ...day, used: mine, told } : { ...day, told, others };
  }
  const by = 'spent' in change ? 1 : -1;
  return { ...day, used: day.used + by, liveUsed: day.liveUsed + (change.live ? by : 0) };
}

const UNUSED: FileDay = { used: 0, liveUsed: 0, told: undefined, ended: false, others: 0 };

/** What several files of a day say together. */
function sumOf(days: readonly FileDay[]): FileDay {
  return days.reduce(
    (sum, { used, liveUsed, told, ended, others }) => ({
      used: sum.used + used,
      liveUsed: sum.liveUsed + liveUsed,
      told: told === undefined ? sum.told : Math.max(told, sum.told ?? 0),
      ended: sum.ended || ended,
      others: Math.max(sum.others, others),
    }),
    UNUSED,
  );
}

/** The name under which an account stands on disk; it does not tell who it is. */
export function accountName(account: string | undefined): string {
  return account === undefined ? 'default' : sha256(Buffer.from(account)).slice(0, 16);
}

/**
 * What one account has used of its allowance on one day of its provider: a line for each download, written and synced
 * before it is asked for, so that a crash never counts too few. Two runs append to the same file; the place of its line
 * tells each whether the download is still within the limit. A shard has a file of its own, which it fills to its share of what
 * the other files leave: on a network disk two machines cannot append to one file.
 */
export class AllowanceLedger {
  readonly #folder: string;
  readonly #path: string;
  readonly #run: string;
  readonly #day: string;
  readonly #shard: Shard | undefined;
  #count = 0;

  /**
   * @param account as `accountName` writes it
   * @param day in the zone of the provider
   * @param shard that the run is; absent: it is on its own
   */
  constructor(root: string, provider: string, account: string, day: TradeDate, run: string, shard?: Shard) {
    this.#folder = allowanceFolder(root, provider, account);
    this.#day = formatTradeDate(day);
    this.#path = join(this.#folder, this.#day + (shard === undefined ? '' : `.${shardMark(shard)}`) + ENDING);
    this.#run = run;
    this.#shard = shard;
  }

  /** What is used of the whole allowance. @throws VortexError `folder-unusable` */
  read(): LedgerDay {
    const { others, ...day } = sumOf(this.#names().map((name) => this.#read(name)));
    return { ...day, used: Math.max(0, day.used + others) };
  }

  /**
   * What this run may use, and has used, of a limit for all: a shard its share of what others than the shards have left.
   * @throws VortexError `folder-unusable`
   */
  budget(limit: number): LedgerDay & { readonly limit: number } {
    const shard = this.#shard;
    if (shard === undefined) return { ...this.read(), limit };
    const names = this.#names();
    const shards = new Set(names.filter((name) => name.endsWith(`-of-${shard.count}${ENDING}`)));
    const rest = sumOf(names.filter((name) => !shards.has(name)).map((name) => this.#read(name)));
    const all = sumOf(names.map((name) => this.#read(name)));
    const { used, liveUsed } = this.#read(basename(this.#path));
    const share = shareOf(Math.max(0, limit - rest.used - all.others), shard);
    // A run on its own may have come between, when some of the shards had used their shares already.
    const left = Math.max(0, limit - all.used - all.others);
    // A count below the whole limit says nothing about a share of it.
    const told = all.told !== undefined && all.told >= limit ? all.told : undefined;
    return { used, liveUsed, told, ended: all.ended, limit: Math.min(share, used + left) };
  }

  /**
   * Writes down a download that is about to be asked for.
   * @param limit downloads of the day for all
   * @returns false when it would be beyond the limit; nothing is counted then
   * @throws VortexError `disk-full`, `folder-unusable`
   */
  async spend(live: boolean, limit: number): Promise<boolean> {
    this.#count += 1;
    const id = `${this.#run}-${this.#count}`;
    const { limit: most, ended } = this.budget(limit);
    const theirs = this.#shard === undefined ? this.#ofShards().used : 0;
    await this.#append({ spent: id, live });
    let day = UNUSED;
    for (const line of this.#lines(this.#path)) {
      const read = parseLine(line);
      day = dayAfter(day, read);
      if ('spent' in read && read.spent === id) break;
    }
    const isWithin = this.#shard === undefined || this.read().used <= limit;
    if (theirs + day.used <= most && isWithin && !day.ended && !ended) return true;
    await this.#append({ returned: id, live });
    return false;
  }

  /** Takes over the provider's own count. */
  async tell(used: number): Promise<void> {
    const day = this.read();
    if (this.#shard === undefined) {
      if (day.used === used && (day.told !== undefined || used === 0)) return;
      const { used: theirs } = this.#ofShards();
      await this.#append({ told: used, ...(theirs === 0 ? {} : { mine: used - theirs }) });
      return;
    }
    // The other shards go on while this one asks: only what is more than all know of is news.
    const known = sumOf(this.#names().map((name) => this.#read(name)));
    const others = Math.max(0, used - known.used);
    if (others > known.others || (day.told ?? 0) < used)
      await this.#append({ told: used, others: Math.max(known.others, others) });
  }

  /** Notes that the provider gives no more on this day. */
  async end(): Promise<void> {
    if (!this.read().ended) await this.#append({ ended: true });
  }

  /** Of other runs than one on its own; what they know of downloads of other programs is in `used`. */
  #ofShards(): FileDay {
    const names = this.#names().filter((name) => name !== `${this.#day}${ENDING}`);
    const day = sumOf(names.map((name) => this.#read(name)));
    return { ...UNUSED, used: day.used + day.others, liveUsed: day.liveUsed };
  }

  /** Files of the day. */
  #names(): string[] {
    return namesIn(this.#folder).filter((name) => name.startsWith(`${this.#day}.`) && name.endsWith(ENDING));
  }

  #read(name: string): FileDay {
    return this.#lines(join(this.#folder, name)).reduce((day, line) => dayAfter(day, parseLine(line)), UNUSED);
  }

  #lines(path: string): string[] {
    const text = readWhole(path)?.toString('utf8') ?? '';
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
    const names = namesIn(this.#folder);
    const days = [...new Set(names.map(dayOfName))].filter((day) => day !== this.#day).sort();
    const old = new Set(days.slice(0, 1 - KEPT_DAYS));
    for (const name of names.filter((each) => old.has(dayOfName(each))))
      rmSync(join(this.#folder, name), { force: true });
  }
}
