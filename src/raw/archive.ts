import { join } from 'node:path';
import type { Series } from '../market/instrument.ts';
import { shardMark } from '../market/shard.ts';
import type { TimeRange } from '../market/time-range.ts';
import { makeFolder, statFile } from '../disk/files.ts';
import type { RawHistory } from '../store/manifest-form.ts';
import { rawFolder } from '../disk/paths.ts';
import { chainHash, encodeItem } from './item.ts';
import type { RawExchange, RawItem } from './item.ts';
import { cleanDay, withoutDead } from './leftovers.ts';
import type { ManifestOf } from './leftovers.ts';
import { packPaths } from './pack.ts';
import type { PackedItem } from './pack.ts';
import { dayOf, readSizes, removeOldDays, weighDay, writeSizes } from './sizes.ts';
import type { OpenRun, RawLimits, RawSizes } from './sizes.ts';
import type { SeriesChange } from '../store/series-change.ts';
import type { ShardLock } from '../store/shard-lock.ts';

/** The answer to one request for bars. */
export interface RawAnswer {
  /** Stamps asked for. */
  readonly range: TimeRange;
  readonly exchanges: readonly RawExchange[];
}

/** What a change was made of. */
export interface RawAnswers extends Pick<RawItem, 'provider' | 'reason' | 'suggested' | 'extendedHours' | 'settleMs'> {
  /** In the order in which they were asked for. */
  readonly answers: readonly RawAnswer[];
  /** They make the bars of the series without anything that was stored before. */
  readonly whole: boolean;
}

/** The facts of an instrument that answers are read by. */
function instrumentFacts({ instrument }: Series): RawItem['instrument'] {
  const { periods, startDate, tickDate, symbols, ...facts } = instrument;
  return symbols === undefined ? facts : { ...facts, symbols: { ...symbols } };
}

/** The history that a change goes on with; a new one where nothing stored before is needed any more, or was archived. */
function historyBefore(change: SeriesChange, told: RawAnswers, run: string): RawHistory {
  const { version } = change.known;
  const again = told.whole && (told.reason === 'force' || told.reason === 'rebase');
  if (version?.raw !== undefined && !again) return version.raw;
  return { history: run, items: 0, hash: '', ...(told.whole ? {} : { partial: true }) };
}

/**
 * Keeps the answers that bars were made of, in one pack for each run, provider and day, written together with the changes
 * that they lead to. The manifest counts them and has their hash, so packs are not synced: an item that a crash took is
 * noticed, and one that was never committed is forgotten by the next run.
 */
export class RawArchive {
  private readonly root: string;
  private readonly run: string;
  private readonly now: number;
  private readonly limits: RawLimits;
  private readonly manifestOf: ManifestOf;
  private readonly shard: ShardLock | undefined;
  private readonly day: string;
  private opening: Promise<RawSizes> | undefined;
  /** Day folders that it has written to. */
  private readonly written = new Set<string>();

  /**
   * @param now the time that the run stands for, milliseconds since the epoch, UTC
   * @param manifestOf what is committed of a series
   * @param shard lock of the shard that the run is; absent: it has the folder for itself
   */
  constructor(root: string, run: string, now: number, limits: RawLimits, manifestOf: ManifestOf, shard?: ShardLock) {
    this.shard = shard;
    this.root = root;
    this.run = run;
    this.now = now;
    this.limits = limits;
    this.manifestOf = manifestOf;
    this.day = dayOf(now);
  }

  /**
   * Packs the answers of a change.
   * @returns the change with the items to write before it is committed
   * @throws VortexError `disk-full`, `folder-unusable`
   */
  async keep(change: SeriesChange, told: RawAnswers): Promise<SeriesChange> {
    const { series, known, facts, formats } = change;
    const before = known.version?.raw;
    if (told.answers.length === 0)
      return before === undefined ? change : { ...change, facts: { ...facts, raw: before } };
    this.opening ??= this.open();
    await this.opening;
    const start = historyBefore(change, told, this.run);
    let { items, hash } = start;
    const { raw, ...committed } = facts;
    const day = this.folderFor(told.provider);
    const packed: PackedItem[] = [];
    for (const [place, { range, exchanges }] of told.answers.entries()) {
      items += 1;
      const content = await encodeItem({
        provider: told.provider,
        series: series.key,
        history: start.history,
        index: items,
        prev: hash,
        ...(start.partial === true ? { partial: true } : {}),
        run: this.run,
        now: this.now,
        instrument: instrumentFacts(series),
        ...(series.contract === undefined ? {} : { contract: series.contract }),
        period: series.period,
        reason: told.reason,
        suggested: told.suggested,
        range,
        extendedHours: told.extendedHours,
        settleMs: told.settleMs,
        exchanges,
        ...(place === told.answers.length - 1 ? { commit: { formats: [...formats], facts: committed } } : {}),
      });
      packed.push({ series: series.key, history: start.history, index: items, day, content });
      hash = chainHash(hash, content);
    }
    return { ...change, facts: { ...facts, raw: { ...start, items, hash } }, raw: packed };
  }

  /**
   * Ends the run's part, and removes what is past retention.
   * @param committed every change that was kept has been committed
   */
  async close(committed: boolean): Promise<void> {
    const wrote = this.opening !== undefined;
    const { shard } = this;
    if (shard !== undefined) {
      await this.opening;
      await shard.alone(() => this.closePart(shard, wrote, committed));
      return;
    }
    const { open, ...before } = (await this.opening) ?? readSizes(this.root);
    const days = { ...before.days };
    for (const day of this.written) days[day] = (days[day] ?? 0) + this.weigh(day);
    const sizes = { ...before, days };
    const left = removeOldDays(this.root, sizes, this.limits, this.now);
    if (wrote || left !== sizes) await writeSizes(this.root, committed ? left : { ...left, open: this.mark });
  }

  private open(): Promise<RawSizes> {
    makeFolder(rawFolder(this.root));
    const { shard } = this;
    return shard === undefined ? this.openWhole() : shard.alone(() => this.openPart(shard));
  }

  private async openWhole(): Promise<RawSizes> {
    const sizes = await withoutDead(this.root, readSizes(this.root), this.manifestOf);
    await writeSizes(this.root, { ...sizes, open: this.mark });
    return sizes;
  }

  /** What this shard left when it died the last time is removed; others may be at work on the same days. */
  private async openPart({ shard }: ShardLock): Promise<RawSizes> {
    const sizes = readSizes(this.root);
    const name = shardMark(shard);
    const dead = sizes.shards?.[name];
    const days = dead === undefined ? sizes.days : await cleanDay(this.root, sizes.days, dead, this.manifestOf);
    const open = { ...sizes, days, shards: { ...sizes.shards, [name]: this.mark } };
    await writeSizes(this.root, open, name);
    return open;
  }

  /** The last of the shards weighs what all have written, and removes what is past retention. */
  private async closePart({ shard, others }: ShardLock, wrote: boolean, committed: boolean): Promise<void> {
    const { shards, ...before } = readSizes(this.root);
    const name = shardMark(shard);
    const living = others();
    const isLast = Object.keys(shards ?? {}).every((other) => !living.has(other));
    const days = { ...before.days };
    for (const day of this.written) {
      days[day] = isLast ? weighDay(this.root, day) : (days[day] ?? 0) + this.weigh(day);
    }
    const open = Object.entries(shards ?? {}).filter(([other]) => other !== name || !committed);
    const marks = open.length === 0 ? {} : { shards: Object.fromEntries(open) };
    const sizes = { ...before, days, ...marks };
    const left = isLast ? removeOldDays(this.root, sizes, this.limits, this.now) : sizes;
    if (wrote || left !== sizes) await writeSizes(this.root, left, name);
  }

  private get mark(): OpenRun {
    return { run: this.run, day: this.day };
  }

  /** Bytes of what this run has written to a day. */
  private weigh(day: string): number {
    const { pack, index } = packPaths(this.root, day, this.run);
    return (statFile(pack)?.bytes ?? 0) + (statFile(index)?.bytes ?? 0);
  }

  private folderFor(provider: string): string {
    const day = `${provider}/${this.day}`;
    if (!this.written.has(day)) makeFolder(join(rawFolder(this.root), day));
    this.written.add(day);
    return day;
  }
}
