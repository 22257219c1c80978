import type { Command } from 'commander';

/** Collects a flag that may be given more than once, or takes a comma list. */
export const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

/** Adds the flags that every command takes. */
export function withCommonFlags(command: Command): Command {
  return command
    .option('--config <file>', 'settings file; may be repeated, later ones win', collect)
    .option('--log-level <level>', 'fatal, error, warn, info, debug, trace or silent')
    .option('--json', 'machine output on stdout')
    .option('--now <instant>', 'run as if it were that time (2026-01-15 or 2026-01-15T06:00:00Z)');
}

/** Adds the flags that every command takes which works on a data folder. */
export function withFolder(command: Command): Command {
  return withCommonFlags(command).option('-o, --output-dir <dir>', 'the data folder (default: ./data)');
}
