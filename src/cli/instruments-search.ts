import { catalogue } from '../market/catalogue.ts';
import type { Instrument } from '../market/instrument.ts';
import { nearest } from '../market/nearest.ts';
import { EXIT } from '../download/exit-code.ts';
import { loadContext } from './context.ts';
import type { Surroundings } from './context.ts';
import { writeJson } from './output.ts';
import { settingFlags } from './selection.ts';
import type { SelectionFlags } from './selection.ts';
import { textTable } from './table.ts';

const COLUMNS = ['instrument', 'class', 'code', 'exchange', 'name', 'from'] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** A row of the answer, and every text by which it is found. */
interface Entry {
  readonly row: Row;
  readonly texts: readonly string[];
}

function configuredEntry({ id, class: cls, code, exchange = '', symbols = {}, ...rest }: Instrument): Entry {
  const name = cls === 'future' ? (catalogue().get(id)?.name ?? '') : '';
  const row = { instrument: id, class: cls, code, exchange, name, from: 'settings' };
  return { row, texts: [id, code, exchange, name, rest.yahooRoot ?? '', ...Object.values(symbols)] };
}

function catalogueEntries(): Entry[] {
  return [...catalogue().values()].map((market) => {
    const { id, name, exchange, barchartRoot: code, ibkrSymbol, ibkrExchange, yahooRoot = '' } = market;
    const row = { instrument: id, class: 'future', code, exchange, name, from: 'catalogue' };
    return { row, texts: [id, name, exchange, code, ibkrSymbol, ibkrExchange, yahooRoot] };
  });
}

/** The entries in which every word occurs, capitals or not; those of which a word is the whole id or root first. Pure. */
function searchEntries(entries: readonly Entry[], words: readonly string[]): Row[] {
  const wanted = words.map((word) => word.toLowerCase());
  const found = entries.filter(({ texts }) => {
    const all = texts.map((text) => text.toLowerCase());
    return wanted.every((word) => all.some((text) => text.includes(word)));
  });
  const isExact = ({ texts }: Entry): boolean => texts.some((text) => wanted.includes(text.toLowerCase()));
  return [...found.filter(isExact), ...found.filter((entry) => !isExact(entry))].map(({ row }) => row);
}

/** `vortex instruments search WORD…`: by id, name, exchange or root, in the settings and the catalogue. */
export async function searchInstruments(
  words: readonly string[],
  flags: SelectionFlags,
  { output }: Surroundings,
): Promise<number> {
  const { configured } = await loadContext(flags, settingFlags(flags), output);
  const own = new Set(configured.filter((entry) => entry.class === 'future').map(({ id }) => id));
  const entries = [
    ...configured.map(configuredEntry),
    ...catalogueEntries().filter(({ row }) => !own.has(row.instrument)),
  ];
  const rows = searchEntries(
    entries,
    words.flatMap((word) => word.split(/\s+/)).filter((word) => word !== ''),
  );
  if (flags.json) writeJson(output, { schema: 1, instruments: rows });
  else if (rows.length > 0) {
    output.out(
      textTable(
        COLUMNS,
        rows.map((row) => COLUMNS.map((column) => row[column])),
      ),
    );
  }
  if (rows.length > 0) return EXIT.ok;
  const near = nearest(words.join(' '), new Set(entries.flatMap(({ row }) => [row.instrument, row.code])));
  output.err(
    `vortex: no instrument has ${words.join(' ')} in its name${near.length === 0 ? '' : `; nearest: ${near.join(', ')}`}\n`,
  );
  return EXIT.failed;
}
