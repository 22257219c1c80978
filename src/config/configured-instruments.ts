import type { InstrumentEntry } from '../market/catalogue.ts';
import type { AssetClass } from '../market/instrument.ts';
import { CLASS_KEYS } from './instrument-settings.ts';
import type { ClassKey, InstrumentRecord, InstrumentRecords } from './instrument-settings.ts';
import { formatPath, isValues, originAt, placeOf } from './layers.ts';
import type { Layers } from './layers.ts';

/** An instrument of the configuration and where it stands. */
export interface ConfiguredInstrument {
  /** No periods (`[]`) means that it is disabled. */
  readonly instrument: InstrumentEntry;
  /** The file, relative where it lies below the working directory; of several the first. */
  readonly file: string;
  /** The key path in that file: `futures.GOLD`. */
  readonly path: string;
}

const CLASS_OF: Readonly<Record<ClassKey, AssetClass>> = { futures: 'future', stocks: 'stock', forex: 'forex' };

function toInstrument(assetClass: AssetClass, id: string, record: InstrumentRecord): InstrumentEntry {
  const { code, cycle, exchange, timezone, currency, multiplier, days_count, periods, start_date, tick_date } = record;
  const symbols = Object.entries(record.symbols ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    class: assetClass,
    id,
    ...(code === undefined ? {} : { code }),
    ...(cycle === undefined ? {} : { cycle }),
    ...(exchange === undefined ? {} : { exchange }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(currency === undefined ? {} : { currency }),
    ...(multiplier === undefined ? {} : { multiplier }),
    ...(days_count === undefined ? {} : { contractDays: days_count }),
    ...(periods === undefined ? {} : { periods }),
    ...(start_date === undefined ? {} : { startDate: start_date }),
    ...(tick_date === undefined ? {} : { tickDate: tick_date }),
    ...(symbols.length === 0 ? {} : { symbols: Object.fromEntries(symbols) }),
  };
}

/** The checked records as instruments, by class in the order of the files. */
export function configuredInstruments(records: InstrumentRecords, layers: Layers): ConfiguredInstrument[] {
  return CLASS_KEYS.flatMap((key) =>
    Object.entries(records[key]).map(([id, record]) => {
      const origin = originAt(layers, [key, id]);
      const path = formatPath([key, id], origin?.spelled);
      return { instrument: toInstrument(CLASS_OF[key], id, record), file: origin?.place ?? '', path };
    }),
  );
}

/** Ids of one class that differ in capitals only: their files would be one file where a disk ignores case. */
export function caseClashes(layers: Layers): string[] {
  const lines: string[] = [];
  for (const key of CLASS_KEYS) {
    const seen = new Map<string, string>();
    const records = layers.values[key];
    if (!isValues(records)) continue;
    for (const id of Object.keys(records)) {
      const twin = seen.get(id.toLowerCase());
      if (twin === undefined) seen.set(id.toLowerCase(), id);
      else
        lines.push(
          `${placeOf(layers, [key, id])}: differs only in capitals from ${placeOf(layers, [key, twin])}; rename one`,
        );
    }
  }
  return lines;
}
