import { autocompleteMultiselect, confirm, intro, isCancel, multiselect, select, text } from '@clack/prompts';
import { catalogue, codeOfMarket, instrumentOfMarket } from '../market/catalogue.ts';
import type { Market } from '../market/catalogue.ts';
import { asVortexError, VortexError } from '../market/errors.ts';
import { FORMATS } from '../market/file-format.ts';
import { contractOf } from '../market/futures-cycle.ts';
import { MONTH_LETTERS } from '../market/instrument.ts';
import type { AssetClass } from '../market/instrument.ts';
import { contractDays } from '../plan/select.ts';
import type { Provider } from '../providers/provider.ts';
import { PROVIDERS } from '../providers/registry.ts';
import { readInstruments, scheduleFault, zoneFault } from './starter.ts';
import type { Answers } from './starter.ts';

const OWN = 'own';

const isAnswer = <T>(answer: T): answer is Exclude<T, symbol> => !isCancel(answer);

/** The answer, or the end: nothing is written then. @throws VortexError `interrupted` */
function given<T>(answer: T): Exclude<T, symbol> {
  if (isAnswer(answer)) return answer;
  throw new VortexError('stopped; nothing was written', { code: 'interrupted', disposition: 'abort-run' });
}

const words = (line: string): string[] => line.split(/[\s,]+/).filter((word) => word !== '');

/** Symbols of a class with their class before them, where it is not there. */
const withClass = (symbols: readonly string[], cls: AssetClass): string[] =>
  symbols.map((symbol) => (symbol.includes(':') ? symbol : `${cls}:${symbol}`));

function symbolsFault(line: string, cls: AssetClass, now: number): string | undefined {
  try {
    const symbols = withClass(words(line), cls);
    if (symbols.length > 0) readInstruments(symbols, now);
    return undefined;
  } catch (error) {
    return asVortexError(error).message;
  }
}

/** The catalogue's markets that the provider has a name for. */
function marketsAt(provider: Provider, now: number): Market[] {
  return [...catalogue().values()].filter((market) => {
    const instrument = instrumentOfMarket(market);
    const month = MONTH_LETTERS.indexOf(market.cycle.charAt(0)) + 1;
    const year = new Date(now).getUTCFullYear() + 1;
    const contract = contractOf(instrument.code, year, month, contractDays(instrument), now);
    return provider.symbolFor(instrument, contract) !== undefined;
  });
}

async function askFutures(provider: Provider, now: number): Promise<string[]> {
  const options = marketsAt(provider, now).map((market) => ({
    value: market.id,
    label: `${market.id} (${market.name}, ${market.exchange} ${codeOfMarket(market)})`,
  }));
  const chosen = await autocompleteMultiselect({
    message: `Futures: type to search ${options.length} markets, Tab to choose, Enter to go on`,
    placeholder: 'gold, crude, GC …',
    options,
    maxItems: 8,
    filter: (search, { label = '' }) => words(search.toLowerCase()).every((word) => label.toLowerCase().includes(word)),
  });
  return withClass(given(chosen), 'future');
}

async function askSymbols(cls: AssetClass, message: string, placeholder: string, now: number): Promise<string[]> {
  const line = await text({
    message,
    placeholder,
    defaultValue: '',
    validate: (value) => symbolsFault(value ?? '', cls, now),
  });
  return withClass(words(given(line)), cls);
}

async function askInstruments(provider: Provider, now: number): Promise<string[]> {
  const has = (cls: AssetClass): boolean => provider.capabilities.assetClasses.includes(cls);
  const futures = has('future') ? await askFutures(provider, now) : [];
  const stocks = has('stock')
    ? await askSymbols('stock', 'Stocks, funds, indices: tickers, or Enter for none', 'SPY AAPL ^GSPC', now)
    : [];
  const forex = has('forex')
    ? await askSymbols('forex', 'Currency pairs, or Enter for none', 'EURUSD USDJPY', now)
    : [];
  return [...futures, ...stocks, ...forex];
}

async function askSchedule(): Promise<string> {
  const chosen = given(
    await select({
      message: 'When should it be kept current?',
      options: [
        { value: 'none', label: 'By hand', hint: 'whenever you run it' },
        { value: '0 6 * * 1-5', label: 'Weekdays at 6:00' },
        { value: '0 * * * *', label: 'Every hour' },
        { value: OWN, label: 'Another schedule', hint: 'five fields of cron' },
      ],
    }),
  );
  if (chosen !== OWN) return chosen;
  return given(
    await text({
      message: 'Schedule: minute hour day month weekday',
      placeholder: '30 17 * * 1-5',
      validate: (value) => scheduleFault(value ?? ''),
    }),
  );
}

/** Asks whether a file that is there may be replaced. @throws VortexError `interrupted` */
export async function mayReplace(file: string): Promise<boolean> {
  return given(
    await confirm({
      message: `${file} is there. Replace it? (The old one is kept as ${file}.old)`,
      initialValue: false,
    }),
  );
}

/** Asks whether the first download is to be made now; the settings are written by then, so that stopping is a no. */
export async function wantsDownload(): Promise<boolean> {
  const answer = await confirm({ message: 'Download this now?' });
  return isAnswer(answer) && answer;
}

/** Greets. */
export function greet(): void {
  intro('Vortex: a few questions, then your first download');
}

/**
 * Asks on the terminal for what was not said by flags.
 * @throws VortexError `interrupted` when the person stops
 */
export async function ask(said: Partial<Answers>, otherwise: Answers, now: number): Promise<Answers> {
  const provider =
    said.provider ??
    given(
      await select({
        message: 'Where do bars come from?',
        options: PROVIDERS.map(({ id, capabilities, needs }) => ({
          value: id,
          label: `${id} (${capabilities.assetClasses.join(', ')})`,
          hint: needs === undefined ? 'no account' : `needs ${needs}`,
        })),
      }),
    );
  const source = PROVIDERS.find(({ id }) => id === provider.split(',')[0]);
  const chosen = said.symbols ?? (source === undefined ? [] : await askInstruments(source, now));
  const symbols = chosen.length > 0 ? chosen : otherwise.symbols;
  const place =
    said.outputDir ?? given(await text({ message: 'Where are files written?', initialValue: otherwise.outputDir }));
  const formats =
    said.formats ??
    given(
      await multiselect({
        message: 'In which form?',
        options: FORMATS.map((value) => ({ value, label: value })),
        initialValues: ['csv' as const],
      }),
    ).join(',');
  const schedule = said.schedule ?? (await askSchedule());
  const timezone =
    schedule === 'none'
      ? otherwise.timezone
      : (said.timezone ??
        given(
          await text({
            message: 'In which time zone?',
            initialValue: otherwise.timezone,
            validate: (value) => zoneFault(value ?? ''),
          }),
        ));
  return { provider, symbols, outputDir: place === '' ? otherwise.outputDir : place, formats, schedule, timezone };
}
