import { catalogue, codeOfMarket } from '../market/catalogue.ts';
import { formatTradeDate, utcDate } from '../market/calendar.ts';
import { usageError } from '../market/errors.ts';
import { deliveryMonth, resolveCycle } from '../market/futures-cycle.ts';
import type { AssetClass, Contract, Instrument } from '../market/instrument.ts';
import { DAY_MS, PERIODS } from '../market/period.ts';
import { seriesOf } from '../market/series.ts';
import { contractDays, selectInstruments } from '../plan/select.ts';
import { oneYearBefore } from '../plan/wanted.ts';
import { PROVIDERS } from '../providers/registry.ts';
import { SeriesStore } from '../store/series-store.ts';
import { loadContext } from './context.ts';
import type { CommandContext, Surroundings } from './context.ts';
import { readDay } from './day.ts';
import { writeJson } from './output.ts';
import { settingFlags } from './selection.ts';
import type { SelectionFlags } from './selection.ts';
import { textTable } from './table.ts';

/** `vortex instruments list`. */
export async function listInstruments(flags: SelectionFlags, { output }: Surroundings): Promise<number> {
  const { configured } = await loadContext(flags, settingFlags(flags), output);
  const rows = [
    ...configured.map((entry) => ({ ...summaryOf(entry), name: '', from: 'settings' })),
    ...[...catalogue().values()].map((market) => ({
      instrument: market.id,
      class: 'future',
      code: codeOfMarket(market),
      cycle: market.cycle,
      exchange: market.exchange,
      name: market.name,
      from: 'catalogue',
    })),
  ];
  if (flags.json) writeJson(output, { schema: 1, instruments: rows });
  else {
    const header = ['instrument', 'class', 'code', 'cycle', 'exchange', 'name', 'from'] as const;
    output.out(
      textTable(
        header,
        rows.map((row) => header.map((key) => row[key])),
      ),
    );
  }
  return 0;
}

function summaryOf(entry: Instrument) {
  const { id, class: cls, code, cycle, exchange } = entry;
  return { instrument: id, class: cls, code, cycle: cycle ?? '', exchange: exchange ?? '' };
}

function selectionsOf(symbols: readonly string[], context: CommandContext, onlyClass?: AssetClass) {
  const { configured, settings, now, output } = context;
  const { selections, notices } = selectInstruments(symbols, {
    configured,
    daysCount: settings.days_count,
    now,
    ...(onlyClass === undefined ? {} : { onlyClass }),
  });
  for (const notice of notices) output.err(`vortex: ${notice}\n`);
  return selections;
}

/** `vortex instruments show SYMBOL`. */
export async function showInstrument(symbol: string, flags: SelectionFlags, { output }: Surroundings): Promise<number> {
  const context = await loadContext(flags, settingFlags(flags), output);
  const [selection] = selectionsOf([symbol], context);
  if (selection === undefined) throw usageError(`${symbol}: no instrument of that name`);
  const { instrument, contract } = selection;
  const { startDate, tickDate, ...facts } = instrument;
  const days = instrument.class === 'future' ? { contractDays: contractDays(instrument) } : {};
  const dates = {
    ...(startDate === undefined ? {} : { startDate: formatTradeDate(startDate) }),
    ...(tickDate === undefined ? {} : { tickDate: formatTradeDate(tickDate) }),
  };
  const market = catalogue().get(instrument.id);
  const shown: Record<string, unknown> = {
    ...facts,
    ...days,
    ...dates,
    ...(market === undefined || instrument.class !== 'future' ? {} : { name: market.name }),
    ...(contract === undefined ? {} : { contract: contract.symbol }),
  };
  // A future has a symbol for each contract only; the one that is delivered next shows the form.
  const example = contract ?? nextContract(instrument, context.now);
  const symbols = Object.fromEntries(
    PROVIDERS.map((provider) => [provider.id, provider.symbolFor(instrument, example) ?? null]),
  );
  if (flags.json) writeJson(output, { schema: 1, instrument: { ...shown, symbolAt: symbols } });
  else {
    const rows = [
      ...Object.entries(shown),
      ...Object.entries(symbols).map(([id, name]) => [`at ${id}`, name ?? '-'] as const),
    ];
    output.out(
      textTable(
        ['', ''],
        rows.map(([key, value]) => [key, text(value)]),
      ).trimStart(),
    );
  }
  return 0;
}

function nextContract(instrument: Instrument, now: number): Contract | undefined {
  if (instrument.class !== 'future') return undefined;
  const today = utcDate(now);
  const range = { from: today - DAY_MS * 7, to: today + DAY_MS };
  const live = resolveCycle(instrument.code, instrument.cycle ?? '', range, contractDays(instrument), now);
  return live.find(({ contract }) => contract.life.to > now)?.contract;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The last trade date (2024-04-26) that a source has told of a contract in the data folder. */
function expiryIn(store: SeriesStore, instrument: Instrument, contract: Contract): string | undefined {
  const told = PERIODS.map((period) => store.manifestOf(seriesOf(instrument, contract, period).key)?.expires);
  return told.find((date) => date !== undefined);
}

/** `vortex instruments resolve GOLD …`: the contract list, with true expiries where the data folder knows them. */
export async function resolveInstruments(
  symbols: readonly string[],
  flags: SelectionFlags,
  { output }: Surroundings,
): Promise<number> {
  const context = await loadContext(flags, settingFlags(flags), output);
  const { now } = context;
  const today = utcDate(now);
  const range = {
    from: flags.start === undefined ? oneYearBefore(today) : readDay('--start', flags.start),
    to: (flags.end === undefined ? today : readDay('--end', flags.end)) + DAY_MS,
  };
  if (range.from >= range.to) throw usageError(`--start ${flags.start ?? ''} is after --end ${flags.end ?? ''}`);
  const store = new SeriesStore(context.settings.output_dir, 'instruments', () => now);
  const contracts = selectionsOf(symbols, context, 'future').flatMap(({ instrument }) => {
    const found = resolveCycle(instrument.code, instrument.cycle ?? '', range, contractDays(instrument), now);
    return found.flatMap(({ contract, wanted }) => {
      const expires = expiryIn(store, instrument, contract);
      const [from, last] = [formatTradeDate(wanted.from), formatTradeDate(wanted.to - DAY_MS)];
      const to = expires !== undefined && expires < last ? expires : last;
      if (to < from) return [];
      return {
        instrument: instrument.id,
        symbol: contract.symbol,
        month: deliveryMonth(contract),
        from,
        to,
        ...(expires === undefined ? {} : { expires }),
      };
    });
  });
  if (flags.json) writeJson(output, { schema: 1, contracts });
  else {
    const header = ['instrument', 'symbol', 'month', 'from', 'to', 'expires'] as const;
    output.out(
      textTable(
        header,
        contracts.map((contract) => header.map((key) => contract[key] ?? '-')),
      ),
    );
  }
  return 0;
}
