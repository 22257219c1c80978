import type { Argument, Command, Option } from 'commander';
import { catalogue } from '../market/catalogue.ts';
import { FORMATS } from '../market/file-format.ts';
import { ASSET_CLASSES } from '../market/instrument.ts';
import { PERIODS } from '../market/period.ts';
import { LOG_LEVELS } from '../config/settings.ts';
import { PROVIDERS } from '../providers/registry.ts';

/** What may stand in a place: files, folders, some words, or a comma list of some words. */
export type Values =
  { readonly kind: 'files' | 'folders' } | { readonly kind: 'words' | 'list'; readonly words: readonly string[] };

/** A flag of a command. */
export interface TreeFlag {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** The flag takes a value. */
  readonly takesValue: boolean;
  /** What that may be, where it is known. */
  readonly values: Values | undefined;
}

/** A command, or a group of commands. */
export interface TreeCommand {
  /** Empty for the program itself; `instruments`, `list`. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly flags: readonly TreeFlag[];
  /** What its arguments may be, where it is known. */
  readonly values: Values | undefined;
  readonly commands: readonly TreeCommand[];
}

const ids = (): string[] => PROVIDERS.map(({ id }) => id);

/** By the word in the usage: --period <periods>. */
const VALUES: Readonly<Record<string, () => Values>> = {
  file: () => ({ kind: 'files' }),
  dir: () => ({ kind: 'folders' }),
  paths: () => ({ kind: 'files' }),
  id: () => ({ kind: 'words', words: ids() }),
  ids: () => ({ kind: 'list', words: ids() }),
  class: () => ({ kind: 'words', words: ASSET_CLASSES }),
  periods: () => ({ kind: 'list', words: PERIODS }),
  formats: () => ({ kind: 'list', words: FORMATS }),
  level: () => ({ kind: 'words', words: LOG_LEVELS }),
  symbol: () => ({ kind: 'words', words: [...catalogue().keys()] }),
  symbols: () => ({ kind: 'words', words: [...catalogue().keys()] }),
};

function flagOf(option: Option): TreeFlag {
  const word = /[<[]([\w-]+)/.exec(option.flags)?.[1] ?? '';
  return {
    long: option.long ?? '',
    short: option.short,
    description: option.description,
    takesValue: option.required || option.optional,
    values: option.argChoices === undefined ? VALUES[word]?.() : { kind: 'words', words: option.argChoices },
  };
}

function argumentValues(argument: Argument): Values | undefined {
  if (argument.argChoices !== undefined) return { kind: 'words', words: argument.argChoices };
  const values = VALUES[argument.name()]?.();
  return values?.kind === 'list' ? { ...values, kind: 'words' } : values;
}

/** The commands of the program as data. */
export function commandTree(command: Command, path: readonly string[] = []): TreeCommand {
  const help = command.createHelp();
  return {
    path,
    summary: command.summary() || command.description(),
    flags: help.visibleOptions(command).map(flagOf),
    values: command.registeredArguments.map(argumentValues).find((values) => values !== undefined),
    commands: command.commands.map((child) => commandTree(child, [...path, child.name()])),
  };
}

/** A command and all below it. */
export function everyCommand(command: TreeCommand): TreeCommand[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}
