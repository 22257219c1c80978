import { Argument } from 'commander';
import type { Command } from 'commander';
import type { InitFlags } from './config-init.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import type { DoctorFlags } from './doctor.ts';
import { withCommonFlags, withFolder } from './flags.ts';

function addConfig(program: Command, surroundings: Surroundings, done: (exitCode: number) => void): void {
  const group = program.command('config').description('The settings in force.');
  withFolder(group.command('show'))
    .description('Every setting, its value, and where the value came from. Secrets are masked.')
    .addHelpText('after', '\nExample:\n  vortex config show\n')
    .action(async (flags: CommonFlags) => {
      done(await (await import('./config.ts')).showConfig(flags, surroundings));
    });
  withFolder(group.command('check'))
    .description('Reads all settings and tells every problem at once.')
    .addHelpText('after', '\nExample:\n  vortex config check --config config/config.json\n')
    .action(async (flags: CommonFlags) => {
      done(await (await import('./config.ts')).checkConfig(flags, surroundings));
    });
  addInit(group, surroundings, done);
}

function addInit(group: Command, surroundings: Surroundings, done: (exitCode: number) => void): void {
  withFolder(group.command('init'))
    .description(
      'Writes a commented settings file, checks it and shows what the first download takes. On a terminal it asks for what ' +
        'the flags do not say; else what is not said is left at its default.',
    )
    .argument('[symbols...]', 'GOLD, SPY, EURUSD, stock:GOLD …: what is to be kept current')
    .option('-p, --provider <ids>', 'where bars come from (default: yahoo)')
    .option('--format <formats>', 'csv, parquet or both, a comma list (default: csv)')
    .option('--schedule <cron>', 'when to keep it current, such as "0 6 * * 1-5", or none (default: none)')
    .option('--timezone <zone>', "zone of the schedule (default: this machine's)")
    .option('-y, --yes', 'ask nothing')
    .option('--force', 'replace a file that is there; the old one is kept as ….old')
    .option('--download', 'make the first download at once')
    .option('--no-download', 'do not offer it')
    .addHelpText(
      'after',
      '\n--config names the file to write (default: config/config.json).\n\nExample:\n  vortex config init GOLD SPY EURUSD --output-dir ./data --format csv,parquet\n',
    )
    .action(async (symbols: string[], flags: InitFlags) => {
      done(await (await import('./config-init.ts')).initConfig(symbols, flags, surroundings));
    });
}

/** Hangs in the commands that help to set up: config, doctor, completion. */
export function addFirstRun(program: Command, surroundings: Surroundings, done: (exitCode: number) => void): void {
  addConfig(program, surroundings, done);
  withFolder(program.command('doctor'))
    .summary('check this machine: folder, disk, clock, zones, proxy, provider, settings, cron')
    .description(
      'Looks at everything that a run needs and says what to do. Spends no allowance and leaves no file. Exit code 1: the ' +
        'machine or the data folder, 2: settings, 4: a provider refuses us, 3: a provider is not reached.',
    )
    .option('-p, --provider <ids>', 'providers to ask (default: those of the settings)')
    .addHelpText('after', '\nExample:\n  vortex doctor --output-dir ./data\n')
    .action(async (flags: DoctorFlags) => {
      done(await (await import('./doctor.ts')).doctor(flags, surroundings));
    });
  withCommonFlags(program.command('completion'))
    .summary('a script that completes commands, flags and markets in your shell')
    .description('Prints a completion script for a shell; source it, or keep it where the shell looks.')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      '\nExample:\n  vortex completion bash > ~/.local/share/bash-completion/completions/vortex\n' +
        '  vortex completion zsh > "${fpath[1]}/_vortex"\n  vortex completion fish > ~/.config/fish/completions/vortex.fish\n',
    )
    .action(async (shell: string) => {
      done((await import('./completion.ts')).completion(shell, program, surroundings));
    });
}
