import { VortexError } from '../market/errors.ts';
import type { RawHistory } from '../store/manifest-form.ts';
import { chainHash, decodeItem } from './item.ts';
import type { RawItem } from './item.ts';
import { packsOf, readIndex, readItem } from './pack.ts';
import type { ItemPlace } from './pack.ts';
import { dayOf, removedUntil } from './sizes.ts';

/** An item of a pack. */
interface Candidate {
  readonly pack: string;
  readonly place: ItemPlace;
}

const contentOf = ({ pack, place }: Candidate): Buffer | undefined => readItem(pack, place);

/** The error that keeps a series from being made again, in words. */
export function notReplayable(reason: string): VortexError {
  return new VortexError(reason, { code: 'file-corrupt', disposition: 'skip-series' });
}

/** One history of a series as the archive has it. */
export class StoredHistory {
  readonly name: string;
  /** What may be the item of a place; more than one only where a run died. */
  private readonly items = new Map<number, Candidate[]>();
  private readonly removedUntil: string | undefined;
  private reached = { items: 0, hash: '' };

  constructor(name: string, removedUntil: string | undefined) {
    this.name = name;
    this.removedUntil = removedUntil;
  }

  add(pack: string, place: ItemPlace): void {
    const others = this.items.get(place.index);
    if (others === undefined) this.items.set(place.index, [{ pack, place }]);
    else others.push({ pack, place });
  }

  /** Takes over the items of a part that was kept under another key of the series. */
  addAll({ items }: StoredHistory): void {
    for (const candidates of items.values()) for (const { pack, place } of candidates) this.add(pack, place);
  }

  /** When its first item was seen, milliseconds since the epoch, UTC; undefined when that one is gone or not whole. */
  begins(): number | undefined {
    for (const candidate of this.items.get(1) ?? []) {
      const item = decodeItem(contentOf(candidate) ?? Buffer.alloc(0));
      if (item !== undefined) return item.now;
    }
    return undefined;
  }

  /**
   * Its items from the first on, each checked against the one before.
   * @param expected what the manifest says of it; absent: as many as there are
   * @param formerly other keys that the series had when they were kept
   * @throws VortexError `file-corrupt` at the first that is missing, damaged or of something else
   */
  *read(series: string, expected?: RawHistory, formerly: readonly string[] = []): Generator<RawItem> {
    const names = [series, ...formerly];
    const count = expected?.items ?? Math.max(0, ...this.items.keys());
    let hash = '';
    let before: RawItem | undefined;
    for (let index = 1; index <= count; index++) {
      const found = this.find(index, hash, index === count ? expected?.hash : undefined);
      const place = `raw item ${index} of ${count}`;
      if (found === undefined) throw notReplayable(this.lossOf(place, before));
      const { item } = found;
      if (
        item === undefined ||
        !names.includes(item.series) ||
        item.history !== this.name ||
        item.index !== index ||
        item.prev !== hash
      ) {
        throw notReplayable(`${place} is damaged or not ours (${found.path})`);
      }
      ({ hash } = found);
      before = item;
      if (index === count && expected !== undefined && hash !== expected.hash) {
        throw notReplayable(`${place} is not what was committed (${found.path})`);
      }
      this.reached = { items: index, hash };
      yield item;
    }
  }

  /** What a manifest is to say of it after `read` came to its end. */
  state(): RawHistory {
    return { history: this.name, ...this.reached };
  }

  /** The item at a place; of several that a dead run left, the one that the next one or the manifest follows. */
  private find(index: number, before: string, after: string | undefined) {
    const loaded = (this.items.get(index) ?? []).flatMap((candidate) => {
      const content = contentOf(candidate);
      return content === undefined
        ? []
        : [{ path: candidate.pack, item: decodeItem(content), hash: chainHash(before, content) }];
    });
    if (loaded.length < 2) return loaded[0];
    const next = after === undefined ? this.prevsAt(index + 1) : [after];
    return loaded.find(({ hash }) => next.includes(hash)) ?? loaded[0];
  }

  private prevsAt(index: number): (string | undefined)[] {
    return (this.items.get(index) ?? []).map((candidate) => decodeItem(contentOf(candidate) ?? Buffer.alloc(0))?.prev);
  }

  private lossOf(place: string, before: RawItem | undefined): string {
    const since = before === undefined ? this.name.slice(0, 8) : new Date(before.now).toISOString().slice(0, 10);
    const removed = this.removedUntil?.replaceAll('/', '') ?? '';
    return since.replaceAll('-', '') <= removed ? `${place} is gone (past retention)` : `${place} is gone`;
  }
}

/** Indexes name each series once a run. */
function askedOnce(isWanted: (series: string) => boolean): (series: string) => boolean {
  const answers = new Map<string, boolean>();
  return (series) => {
    const known = answers.get(series) ?? isWanted(series);
    answers.set(series, known);
    return known;
  };
}

/** What the raw archive of a data folder has, by series and history; read once. */
export class RawListing {
  private readonly bySeries = new Map<string, Map<string, StoredHistory>>();

  /** @param isWanted whether a series is to be listed; absent: all */
  constructor(root: string, isWanted?: (series: string) => boolean) {
    const removed = removedUntil(root);
    const isListed = isWanted && askedOnce(isWanted);
    for (const { pack, index } of packsOf(root)) {
      for (const place of readIndex(index, isListed)) this.historyOf(place, removed).add(pack, place);
    }
    this.removed = removed;
  }

  private readonly removed: string | undefined;

  private historyOf({ series, history: name }: ItemPlace, removed: string | undefined): StoredHistory {
    const histories = this.bySeries.get(series) ?? new Map<string, StoredHistory>();
    this.bySeries.set(series, histories);
    const history = histories.get(name) ?? new StoredHistory(name, removed);
    histories.set(name, history);
    return history;
  }

  /** Keys of all series that it has something of. */
  series(): string[] {
    return [...this.bySeries.keys()].sort();
  }

  /** True when retention has removed items of the time before an instant (milliseconds since the epoch, UTC), the last day included. */
  lostSince(instant: number): boolean {
    return this.removed !== undefined && this.removed >= dayOf(instant - 1);
  }

  /**
   * A history of a series; an empty one when nothing is left of it.
   * @param formerly other keys that the series had
   */
  history(series: string, name: string, formerly: readonly string[] = []): StoredHistory {
    const parts = [series, ...formerly].flatMap((key) => this.bySeries.get(key)?.get(name) ?? []);
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    const whole = new StoredHistory(name, this.removed);
    for (const part of parts) whole.addAll(part);
    return whole;
  }

  /** All histories of a series. */
  histories(series: string): StoredHistory[] {
    return [...(this.bySeries.get(series)?.values() ?? [])];
  }
}
