import type { AppContext } from '../app/context.ts';
import { processEnvironment } from '../config/process-environment.ts';
import { loadSettings } from '../config/load.ts';
import type { LoadedSettings } from '../config/load.ts';
import { readShard } from '../config/shard.ts';
import type { FlagValue } from '../config/setting-layers.ts';
import { withCatalogueFacts } from '../market/catalogue.ts';
import { parseTradeDate } from '../market/calendar.ts';
import { asVortexError, usageError, VortexError } from '../market/errors.ts';
import type { Instrument } from '../market/instrument.ts';
import { PROVIDER_OPTIONS } from '../providers/registry.ts';
import type { Output } from './output.ts';

/** The flags that every command takes. */
export interface CommonFlags {
  readonly config?: string[];
  readonly logLevel?: string;
  readonly json?: boolean;
  readonly now?: string;
  readonly outputDir?: string;
}

/** What a command works with. */
export interface CommandContext extends AppContext {
  readonly output: Output;
}

/** What the surroundings of a command are. */
export interface Surroundings {
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Reads --now: a date or an instant with its zone. @throws VortexError `usage` */
export function readNow(text: string | undefined): number {
  if (text === undefined) return new Date().getTime();
  const date = parseTradeDate(text);
  if (date !== undefined) return date;
  const instant = /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant)) {
    throw usageError(`flag --now: ${text} is no time; write 2026-01-15 or 2026-01-15T06:00:00Z`);
  }
  return instant;
}

/** The configured instruments with what the catalogue knows of them. @throws VortexError `config-invalid`: a line for each it does not know */
function configuredOf({ settings, instruments }: LoadedSettings): Instrument[] {
  const daysCount = settings.days_count;
  const problems: string[] = [];
  const configured = instruments.flatMap(({ instrument, file, path }) => {
    const own = daysCount === undefined ? instrument : { contractDays: daysCount, ...instrument };
    try {
      return [withCatalogueFacts(own)];
    } catch (cause) {
      const error = asVortexError(cause);
      if (error.code !== 'config-invalid') throw error;
      problems.push(`${file}: ${path}: ${error.message}`);
      return [];
    }
  });
  if (problems.length === 0) return configured;
  throw new VortexError(problems.join('\n'), { code: 'config-invalid', disposition: 'abort-run' });
}

/** Loads the settings of a command and says on stderr what they warn of. @throws VortexError `config-invalid`, `usage` */
export async function loadContext(
  flags: CommonFlags,
  settingFlags: readonly FlagValue[],
  output: Output,
): Promise<CommandContext> {
  const now = readNow(flags.now);
  const loaded = await loadSettings({
    flags: [
      { path: 'logging.level', flag: '--log-level', value: flags.logLevel },
      { path: 'output_dir', flag: '--output-dir', value: flags.outputDir },
      ...settingFlags,
    ],
    ...(flags.config === undefined ? {} : { files: flags.config }),
    env: processEnvironment(),
    cwd: process.cwd(),
    providerOptions: PROVIDER_OPTIONS,
  });
  for (const warning of loaded.warnings) output.err(`vortex: ${warning}\n`);
  const configured = configuredOf(loaded);
  return { ...loaded, configured, now, output };
}

/** The same for a command that works on one shard where the settings say so. @throws VortexError `usage` */
export function withShard(context: CommandContext): CommandContext {
  const shard = readShard(context.settings, processEnvironment());
  return shard === undefined ? context : { ...context, shard };
}
