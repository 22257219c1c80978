import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Series } from '../market/instrument.ts';
import type { TimeRange } from '../market/time-range.ts';
import { makeFolder } from './files.ts';
import type { FileContent } from './files.ts';
import type { Manifest, RawHistory } from './manifest.ts';
import { rawFolder } from './paths.ts';
import { chainHash, encodeItem, itemName, readItemName } from './raw-item.ts';
import type { RawExchange, RawItem } from './raw-item.ts';
import { dayOf, itemsOfDay, rawDays, readSizes, removeOldDays, weighDay, writeSizes } from './raw-sizes.ts';
import type { RawLimits, RawSizes } from './raw-sizes.ts';
import type { SeriesChange } from './series-change.ts';

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
 * Keeps the answers that bars were made of: one packed file each, written together with the change that they lead to.
 * The manifest counts them and has their hash, so the files are not synced: one that a crash took is noticed, and one
 * that was never committed is removed by the next run.
 */
export class RawArchive {
  private readonly root: string;
  private readonly run: string;
  private readonly now: number;
  private readonly limits: RawLimits;
  private readonly manifestOf: (series: string) => Manifest | undefined;
  private readonly day: string;
  private opening: Promise<RawSizes> | undefined;
  private readonly written = new Map<string, number>();

  /**
   * @param now the time that the run stands for, milliseconds since the epoch, UTC
   * @param manifestOf what is committed of a series
   */
  constructor(
    root: string,
    run: string,
    now: number,
    limits: RawLimits,
    manifestOf: (series: string) => Manifest | undefined,
  ) {
    this.root = root;
    this.run = run;
    this.now = now;
    this.limits = limits;
    this.manifestOf = manifestOf;
    this.day = dayOf(now);
  }

  /**
   * Packs the answers of a change.
   * @returns the change with the files to write before it is committed
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
    const files: FileContent[] = [];
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
      files.push({ path: this.place(told.provider, itemName(series.key, start.history, items), content), content });
      hash = chainHash(hash, content);
    }
    return { ...change, facts: { ...facts, raw: { ...start, items, hash } }, raw: files };
  }

  /**
   * Ends the run's part, and removes what is past retention.
   * @param committed every change that was kept has been committed
   */
  async close(committed: boolean): Promise<void> {
    const wrote = this.opening !== undefined;
    const { open, ...before } = (await this.opening) ?? readSizes(this.root);
    const days = { ...before.days };
    for (const [day, bytes] of this.written) days[day] = (days[day] ?? 0) + bytes;
    const sizes = { ...before, days };
    const left = removeOldDays(this.root, sizes, this.limits, this.now);
    if (wrote || left !== sizes)
      await writeSizes(this.root, committed ? left : { ...left, open: { run: this.run, day: this.day } });
  }

  private async open(): Promise<RawSizes> {
    makeFolder(rawFolder(this.root));
    const standing = readSizes(this.root);
    const sizes = standing.open === undefined ? standing : this.clean(standing, standing.open);
    await writeSizes(this.root, { ...sizes, open: { run: this.run, day: this.day } });
    return sizes;
  }

  /** Removes what a dead run wrote on a day and never committed, and weighs the day anew. */
  private clean(sizes: RawSizes, { run, day }: NonNullable<RawSizes['open']>): RawSizes {
    const days = { ...sizes.days };
    for (const path of rawDays(this.root).filter((each) => each.endsWith(`/${day}`))) {
      for (const name of itemsOfDay(this.root, path)) {
        if (!this.isCommitted(name, run)) rmSync(join(rawFolder(this.root), path, name), { force: true });
      }
      days[path] = weighDay(this.root, path);
    }
    const { open, ...rest } = sizes;
    return { ...rest, days };
  }

  private isCommitted(name: string, run: string): boolean {
    const parts = readItemName(name);
    if (parts === undefined) return false;
    const raw = this.manifestOf(parts.series)?.raw;
    // A history is named by the run that began it: one of the dead run that no manifest has was never committed.
    return raw?.history === parts.history ? parts.index <= raw.items : parts.history !== run;
  }

  private place(provider: string, name: string, content: Buffer): string {
    const day = `${provider}/${this.day}`;
    const folder = join(rawFolder(this.root), day);
    if (!this.written.has(day)) makeFolder(folder);
    this.written.set(day, (this.written.get(day) ?? 0) + content.length);
    return join(folder, name);
  }
}
