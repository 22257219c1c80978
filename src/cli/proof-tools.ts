import type { RunTools } from '../download/run-tools.ts';
import { closuresOf } from '../config/closures.ts';
import type { ExchangeTable } from '../market/exchange-table.ts';
import { exchangeIdOf } from '../market/exchange-id.ts';
import { exchangeTable } from '../market/exchange-tables.ts';
import { noteSilentDates, readSilentDates } from '../store/exchange-notes.ts';
import type { SeriesStore } from '../store/series-store.ts';
import type { CommandContext } from './context.ts';

/** Trading days by exchange, each table made once. */
export function tablesOf({ settings }: CommandContext): NonNullable<RunTools['tableOf']> {
  const closures = closuresOf(settings.closures);
  const tables = new Map<string, ExchangeTable | undefined>();
  return (instrument, source) => {
    const { identity, timezone } = source ?? {};
    const id = exchangeIdOf(instrument, {
      ...(identity?.exchange === undefined ? {} : { exchange: identity.exchange }),
      ...(timezone === undefined ? {} : { timezone }),
    });
    if (id === undefined) return undefined;
    if (!tables.has(id)) tables.set(id, exchangeTable(id, closures));
    return tables.get(id);
  };
}

/** What a run judges its answers by. */
export function proofTools(
  context: CommandContext,
  store: SeriesStore,
): Required<Pick<RunTools, 'tableOf' | 'silentNotes' | 'newestOfMarket'>> {
  const root = context.settings.output_dir;
  let keys: readonly string[] | undefined;
  return {
    tableOf: tablesOf(context),
    silentNotes: { before: readSilentDates(root), note: (dates) => noteSilentDates(root, dates) },
    newestOfMarket: ({ key, period }) => {
      keys ??= store.keys();
      const folder = key.slice(0, key.lastIndexOf('/') + 1);
      const stamps = keys
        .filter((other) => other.startsWith(folder))
        .map((other) => store.read({ key: other, period }).stored.tail.at(-1) ?? -Infinity);
      const newest = Math.max(...stamps);
      return Number.isFinite(newest) ? newest : undefined;
    },
  };
}
