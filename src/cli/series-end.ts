import { formatTradeDate } from '../market/calendar.ts';
import { asVortexError } from '../market/errors.ts';
import { DAY_MS } from '../market/period.ts';
import { CLASS_FOLDERS, pathPart, seriesOf } from '../market/series.ts';
import type { EndOfSeries } from '../market/stored-series.ts';
import { selectInstruments } from '../plan/select.ts';
import type { Selection } from '../plan/select.ts';
import { writeEnded } from '../store/ended.ts';
import { marketOf, readMarketEnds, writeMarketEnds } from '../store/market-ends.ts';
import { versionFacts } from '../store/manifest.ts';
import type { Series } from '../market/instrument.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { readDay } from './day.ts';
import { atDesk, plainSeries, storedNamed } from './series-desk.ts';
import type { SeriesDesk, SeriesOutcome, Stored } from './series-desk.ts';

export interface EndFlags extends CommonFlags {
  readonly on?: string;
  readonly undo?: boolean;
}

/** What a name means by settings and catalogue; none when it has no meaning there. */
function selectionsOf(name: string, { context: { configured, settings, now } }: SeriesDesk): readonly Selection[] {
  try {
    return selectInstruments([name], { configured, daysCount: settings.days_count, now }).selections;
  } catch (error) {
    if (asVortexError(error).code === 'usage') return [];
    throw error;
  }
}

/** Writes the end of a series into its manifest, or takes it out. @returns why it cannot */
async function mark(
  series: Series,
  ended: EndOfSeries | undefined,
  { store }: SeriesDesk,
): Promise<string | undefined> {
  const known = store.read(series);
  if (known.version === undefined && store.manifestOf(series.key) !== undefined) {
    return 'its files are not what its manifest says; run vortex verify --repair first';
  }
  const { ended: before, ...facts } = known.version
    ? versionFacts(known.version)
    : { coverage: [], revisions: 0, ended: undefined };
  const end = ended === undefined ? {} : writeEnded({ ...known.stored, ended });
  await store.commit({ series, known, formats: known.formats, facts: { ...facts, ...end } });
  return undefined;
}

const lastOf = (found: readonly Stored[], now: number): number => {
  const stamps = found.map(({ manifest: { last } }) => (last === undefined ? 0 : Date.parse(last.slice(0, 10))));
  const newest = Math.max(0, ...stamps);
  return newest === 0 ? Math.floor(now / DAY_MS) * DAY_MS : newest;
};

/** The market that a name stands for as a whole: GOLD, future:GOLD; undefined for a contract and for all else. */
function marketNamed(name: string, found: readonly Stored[], desk: SeriesDesk): string | undefined {
  const plain = name.replace(/^future:/, '');
  const stored = found.find(({ name: { class: of, instrument } }) => of === 'future' && instrument === plain);
  if (stored !== undefined) return marketOf(stored.name.series);
  const whole = selectionsOf(name, desk).find(
    ({ instrument, contract }) => instrument.class === 'future' && contract === undefined,
  );
  return whole === undefined ? undefined : `${CLASS_FOLDERS.future}/${pathPart(whole.instrument.id)}`;
}

/** Series of which nothing is stored, to be kept as stubs. */
function stubsOf(name: string, desk: SeriesDesk): Series[] {
  return selectionsOf(name, desk).flatMap(({ instrument, contract }) =>
    (instrument.periods ?? desk.context.settings.periods).map((period) => seriesOf(instrument, contract, period)),
  );
}

/** Whether a contract may still trade after a day, by the month in its key. */
function livesAfter({ name: { series } }: Stored, on: number): boolean {
  const [, year = '', month = ''] = /_(\d{4})(\d\d)00$/.exec(series) ?? [];
  return Date.UTC(Number(year), Number(month), 1) > on;
}

async function setMarket(market: string, ended: EndOfSeries | undefined, { root }: SeriesDesk): Promise<void> {
  const { [market]: before, ...others } = readMarketEnds(root);
  const { ended: end } = writeEnded(ended === undefined ? {} : { ended });
  await writeMarketEnds(root, end?.on === undefined ? others : { ...others, [market]: { on: end.on, at: end.at } });
}

async function endOne(name: string, flags: EndFlags, desk: SeriesDesk, outcome: SeriesOutcome): Promise<void> {
  const { undo = false } = flags;
  const { now } = desk.context;
  const found = storedNamed(name, desk);
  const market = marketNamed(name, found, desk);
  const isUnknown = found.length === 0 && market === undefined;
  const stubs = isUnknown && !undo ? stubsOf(name, desk) : [];
  if (isUnknown && stubs.length === 0) {
    outcome.refused.push({ series: name, reason: 'nothing is stored under this name' });
    return;
  }
  const given = flags.on === undefined ? undefined : readDay('--on', flags.on);
  const on = given ?? lastOf(found, now);
  const whole: EndOfSeries | undefined = undo ? undefined : { kind: 'user', on, at: now };
  const what = (end: EndOfSeries | undefined): string =>
    end?.on === undefined ? 'is asked for again' : `has ended on ${formatTradeDate(end.on)}`;
  if (market !== undefined) {
    await setMarket(market, whole, desk);
    outcome.done.push({ series: market, what: what(whole) });
  }
  const meant = market === undefined || undo ? found : found.filter((one) => livesAfter(one, on));
  const all = [
    ...meant.map((one) => ({ series: plainSeries(one.name), one })),
    ...stubs.map((series) => ({ series, one: undefined })),
  ];
  for (const { series, one } of all) {
    const own = given ?? (one === undefined ? on : lastOf([one], now));
    const end: EndOfSeries | undefined = whole && { ...whole, on: own };
    const reason = await mark(series, end, desk);
    if (reason === undefined) outcome.done.push({ series: series.key, what: what(end) });
    else outcome.refused.push({ series: series.key, reason });
  }
}

/** `vortex series end`: nothing is asked after a date; `--undo` takes that back. */
export function endSeries(names: readonly string[], flags: EndFlags, surroundings: Surroundings): Promise<number> {
  return atDesk(flags, surroundings, async (desk) => {
    const outcome: SeriesOutcome = { done: [], refused: [] };
    for (const name of names) await endOne(name, flags, desk, outcome);
    return outcome;
  });
}
