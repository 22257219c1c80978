import type { Command } from 'commander';
import { commandTree } from './command-tree.ts';
import { bashScript, fishScript, zshScript } from './completion-scripts.ts';
import type { Surroundings } from './context.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `vortex completion SHELL`: a script that completes the commands, flags and markets of this very program. */
export function completion(shell: string, program: Command, { output }: Surroundings): number {
  const [, script] = Object.entries(SCRIPTS).find(([name]) => name === shell) ?? [];
  if (script === undefined) return 2;
  output.out(script(commandTree(program)));
  return 0;
}
