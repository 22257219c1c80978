import type { Command } from 'commander';
import type { CommonFlags, Surroundings } from './context.ts';
import type { EndFlags } from './series-end.ts';
import type { MoveFlags } from './series-move.ts';

const MEANT = 'GOLD, GCJ24, SPY, stock:SPY, stocks/1d/SPY …';

/** Hangs `vortex series …` into the program. */
export function addSeries(
  program: Command,
  withFolder: (command: Command) => Command,
  surroundings: Surroundings,
  done: (exitCode: number) => void,
): void {
  const group = program
    .command('series')
    .summary('move a series to another provider, rename it, end it, remove it')
    .description(
      'What is to become of stored series. --json: {schema, done: [{series, what}], refused: [{series, reason}]}; exit code 3 when one is refused.',
    );
  withFolder(group.command('move'))
    .description(
      'Fetches the whole stored history from another provider, then puts it in place of the old one in one step. If that fails the old one stays.',
    )
    .argument('<series...>', MEANT)
    .requiredOption('--to <provider>', 'the provider that the series come from afterwards')
    .addHelpText('after', '\nExample:\n  vortex series move SPY --to yahoo\n')
    .action(async (names: string[], flags: MoveFlags) => {
      done(await (await import('./series-move.ts')).moveSeries(names, flags, surroundings));
    });
  withFolder(group.command('rename'))
    .description('Keeps the series of an instrument, with all periods and contracts, under another name.')
    .argument('<old>', 'the name that it has')
    .argument('<new>', 'the name that it gets')
    .addHelpText('after', '\nExample:\n  vortex series rename FB META\n')
    .action(async (before: string, after: string, flags: CommonFlags) => {
      done(await (await import('./series-rename.ts')).renameSeries(before, after, flags, surroundings));
    });
  withFolder(group.command('end'))
    .description(
      'Says that series have ended: downloads ask nothing after that date. A futures market ends with all its contracts.',
    )
    .argument('<series...>', MEANT)
    .option('--on <date>', 'the last trade date (default: that of the last stored bar)')
    .option('--undo', 'they have not ended: ask for them again')
    .addHelpText('after', '\nExample:\n  vortex series end TWTR --on 2022-10-27\n')
    .action(async (names: string[], flags: EndFlags) => {
      done(await (await import('./series-end.ts')).endSeries(names, flags, surroundings));
    });
  withFolder(group.command('remove'))
    .description('Puts the files of series aside, into .vortex/quarantine, and forgets them.')
    .argument('<series...>', MEANT)
    .addHelpText('after', '\nExample:\n  vortex series remove SPY\n')
    .action(async (names: string[], flags: CommonFlags) => {
      done(await (await import('./series-remove.ts')).removeSeries(names, flags, surroundings));
    });
}
