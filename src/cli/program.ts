import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { EXIT, exitCodeOf } from '../download/exit-code.ts';
import { asVortexError } from '../market/errors.ts';
import { addBackup } from './backup-commands.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { collect, withCommonFlags, withFolder } from './flags.ts';
import { addFirstRun } from './first-run.ts';
import type { ImportFlags } from './import.ts';
import type { MetricFlags } from './publish.ts';
import type { RebuildFlags } from './rebuild.ts';
import type { SelectionFlags } from './selection.ts';
import { addSeries } from './series-commands.ts';
import type { ServeFlags } from './serve-runs.ts';
import type { StatusFlags } from './status.ts';
import type { VerifyFlags } from './verify.ts';

function withSelection(command: Command): Command {
  return withFolder(command)
    .argument('[symbols...]', 'GOLD, GCJ24, SPY, EURUSD, stock:GOLD …; none: all configured instruments')
    .option('-p, --provider <ids>', 'provider, or a comma list: the first is preferred, the others are fail-over')
    .option('--class <class>', 'future, stock or forex only')
    .option('--period <periods>', 'bar sizes: 1m 5m 15m 30m 1h 1d 1wk 1mo, a comma list')
    .option('--start <date>', 'first day')
    .option('--end <date>', 'last day, included')
    .option('--format <formats>', 'csv, parquet or both, a comma list')
    .option('--instruments <file>', 'file of instruments; may be repeated', collect)
    .option('--symbols-file <file>', 'list of symbols: text or a CSV, # for comments')
    .option('--concurrency <n>', 'series worked on at the same time')
    .option('--max-requests <n>', 'most requests of this run; what is left is postponed')
    .option('--shard <i/n>', 'only part i of n of the series (i from 0), or auto: as the job of a cluster says')
    .option(
      '--stored',
      'what lies in the data folder, from the provider that each series is kept from; no settings needed',
    )
    .option('--force', 'fetch the whole range again')
    .option('--fail-fast', 'stop at the first series that fails');
}

/** The program tree. A command's code is loaded when the command runs. */
export function buildProgram(surroundings: Surroundings, done: (exitCode: number) => void): Command {
  const program = new Command('vortex')
    .description('Keeps a folder of market price history complete, correct and current.')
    .version(manifest.version)
    .exitOverride()
    .configureOutput({ writeOut: surroundings.output.out, writeErr: surroundings.output.err })
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExamples:\n  vortex demo\n  vortex download GOLD SPY EURUSD --start 2024-01-01\n  vortex download --help\n',
    );

  withSelection(program.command('download'))
    .summary('fetch what is missing: plan, fetch, merge, store, report')
    .description('Brings series up to date: plans what is missing, fetches it, merges it into the files and reports.')
    .option('--dry-run', 'print the plan and stop: no request, no write')
    .option('--pushgateway <url>', 'tell a Prometheus Pushgateway how the run went')
    .option('--metrics-file <file>', "write metrics for node_exporter's textfile collector")
    .option('--heartbeat-url <url>', 'ask this address after a successful run')
    .option('--backup', 'make a backup afterwards, if all went well')
    .addHelpText('after', '\nExample:\n  vortex download GOLD SPY EURUSD --start 2024-01-01 --format csv,parquet\n')
    .action(async (symbols: string[], flags: SelectionFlags & MetricFlags) => {
      done(await (await import('./download.ts')).download(symbols, flags, surroundings));
    });

  withSelection(program.command('serve'))
    .summary('health, metrics, scheduled runs, a run on request')
    .description('Answers over HTTP how things stand, and runs the main job by a schedule or when it is asked to.')
    .option('--host <address>', 'where to listen (127.0.0.1)')
    .option('--port <port>', 'where to listen (8080; 0: any free one)')
    .option('--schedule <cron>', 'when to run: minute hour day month weekday')
    .option('--timezone <zone>', 'IANA zone of the schedule (UTC)')
    .option('--pushgateway <url>', 'tell a Prometheus Pushgateway how each run went')
    .option('--metrics-file <file>', "write metrics for node_exporter's textfile collector")
    .option('--heartbeat-url <url>', 'ask this address after each successful run')
    .addHelpText('after', '\nExample:\n  vortex serve --schedule "0 6 * * 1-5" --timezone America/New_York\n')
    .action(async (symbols: string[], flags: ServeFlags) => {
      done(await (await import('./serve.ts')).serve(symbols, flags, surroundings));
    });

  withSelection(program.command('plan'))
    .summary('show what download would fetch, and what that costs')
    .description(
      'The main job up to the first request: what is missing, from whom, how many requests, how long. Touches nothing.',
    )
    .addHelpText('after', '\nExample:\n  vortex plan GOLD --start 2024-01-01 --json\n')
    .action(async (symbols: string[], flags: SelectionFlags) => {
      done(await (await import('./plan.ts')).plan(symbols, flags, surroundings));
    });

  withFolder(program.command('import'))
    .summary('adopt a folder of bc-utils, pysystemtrade or the older Python tool, without a request')
    .description(
      'Takes the files of another tool into the data folder: bars, coverage, where they came from. The originals are not touched.',
    )
    .argument('<dir>', 'the folder: Day_GOLD_20240400.csv …, or futures/1d/GOLD/GOLD_20240400.csv …')
    .option('-p, --provider <id>', 'where bars come from whose file does not say it (default: barchart)')
    .option('--instruments <file>', 'file of instruments; may be repeated', collect)
    .option('--dry-run', 'show what would be adopted; no write')
    .addHelpText('after', '\nExample:\n  vortex import ./old-prices --output-dir ./data\n')
    .action(async (folder: string, flags: ImportFlags) => {
      done(await (await import('./import.ts')).importFolder(folder, flags, surroundings));
    });

  addQuality(program, surroundings, done);
  withFolder(program.command('rebuild'))
    .summary('make the data files again from the raw archive, offline')
    .description(
      'Makes lost or damaged data files again from the archived answers, byte for byte. A series whose answers are not all there is refused by name (exit 3). --json: {schema, exitCode, rebuilt, unchanged, refused: [{series, reason}]}.',
    )
    .argument('[symbols...]', 'GOLD, GCJ24, SPY, stock:SPY, stocks/1d/SPY …; none: all series of the folder')
    .option('--as-of <date>', 'the series as known at the end of that day (UTC), beside the live files')
    .option('--to <dir>', 'where those go (default: as-of/<date> in the data folder)')
    .addHelpText('after', '\nExample:\n  vortex rebuild\n  vortex rebuild SPY --as-of 2026-01-15 --to ./as-of\n')
    .action(async (symbols: string[], flags: RebuildFlags) => {
      done(await (await import('./rebuild.ts')).rebuild(symbols, flags, surroundings));
    });

  addInstruments(program, surroundings, done);
  addProviders(program, surroundings, done);
  addFirstRun(program, surroundings, done);
  addBackup(program, withFolder, surroundings, done);
  addSeries(program, withFolder, surroundings, done);

  withCommonFlags(program.command('sandbox'))
    .summary('a local stand-in for the providers, for trying out, tests and fault drills')
    .description('Serves made-up prices over the wire protocols of the providers on loopback, until it is stopped.')
    .option('--port <port>', 'where to listen', '8620')
    .option('--ib-port <port>', 'where to stand in for TWS (14002; any free one beside another --port)')
    .option('--seed <n>', 'another made-up market')
    .option('--faults <spec>', 'what goes wrong, such as yahoo:429=0.2,reset=0.05; help lists all')
    .option('--recorded <dir>', 'replay recorded exchanges instead of made-up prices')
    .addHelpText('after', '\nExample:\n  vortex sandbox --faults yahoo:429=0.2 --port 8620\n')
    .action(
      async (
        flags: CommonFlags & { port: string; ibPort?: string; seed?: string; faults?: string; recorded?: string },
      ) => {
        done(await (await import('./sandbox.ts')).sandbox(flags, surroundings));
      },
    );

  withFolder(program.command('demo'))
    .summary('the main job without account or network')
    .description(
      'Downloads a handful of futures contracts, stocks and forex from the embedded sandbox. The prices are made up.',
    )
    .addHelpText('after', '\nExample:\n  vortex demo\n')
    .action(async (flags: CommonFlags) => {
      done(await (await import('./demo.ts')).demo(flags, surroundings));
    });
  return program;
}

function addQuality(program: Command, surroundings: Surroundings, done: (exitCode: number) => void): void {
  withFolder(program.command('status'))
    .summary('what is on disk: rows, first and last bar, gaps, age, provider, bytes')
    .description('Lists every series of the data folder. Touches nothing, and works while a run is going.')
    .argument('[symbols...]', 'symbol, series or folder of them (GOLD, GCJ24, stocks/1d/SPY); none: everything')
    .option('--csv', 'CSV on stdout, one line a series')
    .option('--checksums', 'add the SHA-256 of each file')
    .option('--as-of <date>', 'as known at the end of that day (UTC), from the raw archive')
    .addHelpText('after', '\nExample:\n  vortex status GOLD SPY\n')
    .action(async (symbols: string[], flags: StatusFlags) => {
      done(await (await import('./status.ts')).status(symbols, flags, surroundings));
    });
  withFolder(program.command('verify'))
    .summary('audit of the files against their manifests, and of the bars themselves')
    .description(
      'Reads every file and tells what is damaged, missing or odd; errors end with exit code 3. Touches nothing ' +
        'without --repair. Holes are judged by the other series that are looked at.',
    )
    .argument(
      '[names...]',
      'a symbol, series, folder or file of it (SPY, stocks/1d/SPY, data/stocks); none: everything',
    )
    .option('--repair', 'make broken files anew, from the other format or the provider; set the broken ones aside')
    .addHelpText('after', '\nExample:\n  vortex verify --repair\n')
    .action(async (names: string[], flags: VerifyFlags) => {
      done(await (await import('./verify.ts')).verify(names, flags, surroundings));
    });
}

function addInstruments(program: Command, surroundings: Surroundings, done: (exitCode: number) => void): void {
  const group = program
    .command('instruments')
    .description('The catalogue of instruments and the contracts of a cycle.');
  withCommonFlags(group.command('list'))
    .description('Configured instruments and the 248 futures markets of the built-in catalogue.')
    .option('--instruments <file>', 'file of instruments; may be repeated', collect)
    .addHelpText('after', '\nExample:\n  vortex instruments list\n')
    .action(async (flags: SelectionFlags) => {
      done(await (await import('./instruments.ts')).listInstruments(flags, surroundings));
    });
  withCommonFlags(group.command('show'))
    .description('Everything that is known of an instrument.')
    .argument('<symbol>', 'GOLD, SPY, EURUSD …')
    .option('--instruments <file>', 'file of instruments; may be repeated', collect)
    .addHelpText('after', '\nExample:\n  vortex instruments show GOLD\n')
    .action(async (symbol: string, flags: SelectionFlags) => {
      done(await (await import('./instruments.ts')).showInstrument(symbol, flags, surroundings));
    });
  withCommonFlags(group.command('search'))
    .description('Configured instruments and markets of the catalogue by a part of their id, name, exchange or root.')
    .argument('<words...>', 'gold, COMEX, "crude oil" …: those that have all of the words')
    .option('--instruments <file>', 'file of instruments; may be repeated', collect)
    .addHelpText('after', '\nExample:\n  vortex instruments search crude\n')
    .action(async (words: string[], flags: SelectionFlags) => {
      done(await (await import('./instruments-search.ts')).searchInstruments(words, flags, surroundings));
    });
  withCommonFlags(group.command('resolve'))
    .description('The contracts that a futures cycle gives for a range of days.')
    .argument('<symbols...>', 'GOLD, CRUDE_W …')
    .option('--start <date>', 'first day (default: one year ago)')
    .option('--end <date>', 'last day, included (default: today)')
    .option('--instruments <file>', 'file of instruments; may be repeated', collect)
    .option('-o, --output-dir <dir>', 'data folder, for the true expiries that it knows')
    .addHelpText('after', '\nExample:\n  vortex instruments resolve GOLD --start 2024-01-01 --end 2024-06-30\n')
    .action(async (symbols: string[], flags: SelectionFlags) => {
      done(await (await import('./instruments.ts')).resolveInstruments(symbols, flags, surroundings));
    });
}

function addProviders(program: Command, surroundings: Surroundings, done: (exitCode: number) => void): void {
  const group = program
    .command('providers')
    .description('The sources of bars: what they have, their limits, whether they let us in.');
  withCommonFlags(group.command('list'))
    .description('What each provider has, how far back, how much a request may ask, and whether credentials are set.')
    .addHelpText('after', '\nExample:\n  vortex providers list\n')
    .action(async (flags: CommonFlags) => {
      done(await (await import('./providers.ts')).listProviders(flags, surroundings));
    });
  withCommonFlags(group.command('check'))
    .description(
      'Signs in, or makes one cheap request; spends no allowance. Exit code 4: refused, 3: not reached within a minute.',
    )
    .argument('[ids...]', 'yahoo, barchart …; none: those of the settings (default_provider)')
    .addHelpText('after', '\nExample:\n  vortex providers check barchart\n')
    .action(async (ids: string[], flags: CommonFlags) => {
      done(await (await import('./providers-check.ts')).checkProviders(ids, flags, surroundings));
    });
}

/** Runs the program. Never throws; the exit code says how it went, stderr says what went wrong. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = buildProgram(surroundings, (code) => {
    exitCode = code;
  });
  if (args.length === 0) {
    // A person gets help. A schedule that lost its command must not look like a run that went well.
    const { isTerminal, out, err } = surroundings.output;
    if (isTerminal) {
      out(program.helpInformation());
      return EXIT.ok;
    }
    err(`${program.helpInformation()}vortex: no command given; vortex download brings the data up to date\n`);
    return EXIT.usage;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const error = asVortexError(cause);
    for (const line of error.message.split('\n')) surroundings.output.err(`vortex: ${line}\n`);
    if (error.code === 'internal' && cause instanceof Error) surroundings.output.err(`${cause.stack ?? ''}\n`);
    return exitCodeOf(error.code);
  }
}
