import { suggest } from '../config/explain.ts';
import { splitProviders } from '../config/settings.ts';
import type { StarterChoice } from '../config/starter-text.ts';
import { catalogue } from '../market/catalogue.ts';
import { usageError } from '../market/errors.ts';
import { FORMATS } from '../market/file-format.ts';
import { isTimeZone } from '../market/time-zone.ts';
import { selectInstruments } from '../plan/select.ts';
import { providersNamed } from './provider-access.ts';

/** Something of each class, for those who name nothing. */
const EXAMPLES = ['GOLD', 'SPY', 'EURUSD'];

const CLASS_KEY = { future: 'futures', stock: 'stocks', forex: 'forex' } as const;

/** The answers of a person, as texts. */
export interface Answers {
  readonly provider: string;
  /** GOLD, stock:AAPL, EURUSD … */
  readonly symbols: readonly string[];
  readonly outputDir: string;
  /** A comma list. */
  readonly formats: string;
  /** Five fields of cron, or none. */
  readonly schedule: string;
  readonly timezone: string;
}

/** Where nothing is said. @param timezone of this machine */
export const defaultAnswers = (timezone: string): Answers => ({
  provider: 'yahoo',
  symbols: EXAMPLES,
  outputDir: './data',
  formats: 'csv',
  schedule: 'none',
  timezone,
});

/** Why a text is no schedule; undefined when it may be one. */
export function scheduleFault(text: string): string | undefined {
  if (text === 'none' || /^([\w*,/-]+ +){4}[\w*,/-]+$/.test(text.trim())) return undefined;
  return `${JSON.stringify(text)} is no schedule; write five fields of cron, such as "0 6 * * 1-5" (weekdays at 6), or none`;
}

/** Why a text is no zone; undefined when it is one. */
export const zoneFault = (text: string): string | undefined =>
  isTimeZone(text) ? undefined : `${JSON.stringify(text)} is no IANA time zone, such as America/New_York`;

/** What the symbols stand for, and what is to be said of it. @throws VortexError `usage` */
export function readInstruments(symbols: readonly string[], now: number) {
  const { selections, notices } = selectInstruments(symbols, { configured: [], now });
  const instruments = selections.map(({ instrument, contract }) => {
    const { id, class: cls } = instrument;
    if (contract !== undefined) {
      throw usageError(`${contract.symbol} is one contract; settings hold whole markets, so name ${id}`);
    }
    const market = cls === 'future' ? catalogue().get(id) : undefined;
    return {
      id,
      classKey: CLASS_KEY[cls],
      ...(market === undefined ? {} : { name: `${market.name}, ${market.exchange}` }),
    };
  });
  return { instruments, notices };
}

/** What is to be done besides for a provider, in words. */
function notesOf(providers: readonly string[]): string[] {
  return providersNamed(providers).flatMap(({ id, needs, ...provider }) => {
    const name = `VORTEX_${id.toUpperCase()}`;
    if (provider.hasCredentials !== undefined) {
      return [
        `${id} needs ${needs ?? 'credentials'}: set ${name}_USERNAME and ${name}_PASSWORD (or ${name}_PASSWORD_FILE) in the environment or in .env, not here.`,
      ];
    }
    return needs === undefined ? [] : [`${id} needs ${needs}; where it is: ${name}_HOST and ${name}_PORT.`];
  });
}

/** Reads the answers. @throws VortexError `usage` that says which one is wrong and what is allowed */
export function readAnswers(
  answers: Answers,
  now: number,
): { readonly choice: StarterChoice; readonly notices: string[] } {
  const providers = splitProviders(answers.provider);
  if (providers.length === 0) throw usageError('flag --provider: name a provider, such as yahoo');
  if (answers.outputDir.trim() === '') throw usageError('flag --output-dir: name a folder, such as ./data');
  const formats = answers.formats.split(',').map((format) => format.trim());
  for (const format of formats) {
    if (!(FORMATS as readonly string[]).includes(format)) {
      throw usageError(`flag --format: ${JSON.stringify(format)} is no format${suggest(format, FORMATS)}`);
    }
  }
  const fault =
    scheduleFault(answers.schedule) ?? (answers.schedule === 'none' ? undefined : zoneFault(answers.timezone));
  if (fault !== undefined) throw usageError(fault);
  const { instruments, notices } = readInstruments(answers.symbols, now);
  const schedule = { cron: answers.schedule.trim(), timezone: answers.timezone };
  return {
    choice: {
      outputDir: answers.outputDir,
      formats: [...new Set(formats)],
      provider: providers.join(','),
      instruments,
      ...(schedule.cron === 'none' ? {} : { schedule }),
      notes: notesOf(providers),
    },
    notices: [...notices],
  };
}
