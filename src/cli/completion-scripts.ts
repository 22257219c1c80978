import { everyCommand } from './command-tree.ts';
import type { TreeCommand, TreeFlag, Values } from './command-tree.ts';

const place = ({ path }: TreeCommand): string => path.map((word) => `/${word}`).join('');
const spellings = ({ short, long }: TreeFlag): string[] => [long, ...(short === undefined ? [] : [short])];
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** First sentence, or what stands before a bracket. */
const brief = (text: string): string =>
  text
    .replace(/ \(.*/s, '')
    .replace(/[.;:] .*/s, '')
    .replace(/\.$/, '');

/** Every flag that takes a value, once, with what that may be. */
function valueFlags(
  commands: readonly TreeCommand[],
): { readonly names: string[]; readonly values: Values | undefined }[] {
  const known = new Map<string, TreeFlag>();
  for (const flag of commands.flatMap(({ flags }) => flags)) {
    if (flag.takesValue && !known.has(flag.long)) known.set(flag.long, flag);
  }
  return [...known.values()].map((flag) => ({ names: spellings(flag), values: flag.values }));
}

const BASH: Readonly<Record<Values['kind'], (words: string) => string>> = {
  files: () => '_vortex_files -f; return',
  folders: () => '_vortex_files -d; return',
  words: (words) => `_vortex_words "${words}"; return`,
  list: (words) => `_vortex_list "${words}"; return`,
};

const wordsOf = (values: Values): string => ('words' in values ? values.words.join(' ') : '');

/** A script for bash (3.2 and newer). Pure. */
export function bashScript(tree: TreeCommand): string {
  const commands = everyCommand(tree);
  const values = valueFlags(commands).map(({ names, values: may }) => {
    return `    ${names.join('|')}) ${may === undefined ? 'return' : BASH[may.kind](wordsOf(may))} ;;`;
  });
  const symbols = commands.find(({ path }) => path[0] === 'download')?.values;
  const cases = commands.map((command) => {
    const flags = command.flags.flatMap(spellings).join(' ');
    const { values: may } = command;
    const given =
      command.commands.length > 0
        ? `words="${command.commands.map(({ path }) => path.at(-1) ?? '').join(' ')}"`
        : may === undefined
          ? 'words='
          : may.kind === 'words' || may.kind === 'list'
            ? `words=${wordsOf(may) === (symbols === undefined ? '' : wordsOf(symbols)) ? '$symbols' : `"${wordsOf(may)}"`}`
            : `files=${may.kind === 'files' ? '-f' : '-d'}`;
    return `    "${place(command)}") flags="${flags}"; ${given} ;;`;
  });
  return `# Completion of vortex for bash. In ~/.bashrc: source <(vortex completion bash)
_vortex_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_vortex_list() {
  case "$cur" in
    *,*) COMPREPLY=($(compgen -P "\${cur%,*}," -W "$1" -- "\${cur##*,}")) ;;
    *) _vortex_words "$1" ;;
  esac
}
_vortex_files() {
  local IFS=$'\\n'
  compopt -o filenames 2> /dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}
_vortex() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" path="" flags="" words="" files="" i
  local symbols="${symbols === undefined ? '' : wordsOf(symbols)}"
  COMPREPLY=()
  case "$prev" in
${values.join('\n')}
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/\${COMP_WORDS[i]}" in
      ${commands.slice(1).map(place).join('|')}) path="$path/\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$cur" in
    -*) _vortex_words "$flags" ;;
    *) if [ -n "$files" ]; then _vortex_files "$files"; else _vortex_words "$words"; fi ;;
  esac
}
complete -F _vortex vortex
`;
}

const ZSH: Readonly<Record<Values['kind'], (words: string) => string>> = {
  files: () => '_files',
  folders: () => '_files -/',
  words: (words) => `compadd -- ${words}`,
  list: (words) => `compset -P '*,'; compadd -S '' -- ${words}`,
};

const described = (name: string, text: string): string => quoted(`${name.replaceAll(':', '\\:')}:${brief(text)}`);

/** A script for zsh, to be sourced or kept as _vortex in a folder of $fpath. Pure. */
export function zshScript(tree: TreeCommand): string {
  const commands = everyCommand(tree);
  const values = valueFlags(commands).map(
    ({ names, values: may }) =>
      `    ${names.join('|')}) ${may === undefined ? '' : `${ZSH[may.kind](wordsOf(may))}; `}return ;;`,
  );
  const cases = commands.map((command) => {
    const flags = command.flags.flatMap((flag) => spellings(flag).map((name) => described(name, flag.description)));
    const children = command.commands.map(({ path, summary }) => described(path.at(-1) ?? '', summary));
    const { values: may } = command;
    const given =
      children.length > 0
        ? `list=(${children.join(' ')}); _describe command list`
        : may === undefined
          ? ':'
          : ZSH[may.kind](wordsOf(may));
    return `    '${place(command)}')\n      if [[ $PREFIX == -* ]]; then list=(${flags.join(' ')}); _describe -o flag list\n      else ${given}; fi ;;`;
  });
  return `#compdef vortex
# Completion of vortex for zsh. In ~/.zshrc, after compinit: source <(vortex completion zsh)
_vortex() {
  local route= i
  local -a list
  case \${words[CURRENT - 1]} in
${values.join('\n')}
  esac
  for ((i = 2; i < CURRENT; i++)); do
    case "$route/\${words[i]}" in
      ${commands.slice(1).map(place).join('|')}) route="$route/\${words[i]}" ;;
    esac
  done
  case $route in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _vortex ]; then _vortex "$@"; else compdef _vortex vortex; fi
`;
}

const FISH: Readonly<Record<Values['kind'], (words: string) => string>> = {
  files: () => '-r -F',
  folders: () => "-x -a '(__fish_complete_directories)'",
  words: (words) => `-x -a '${words}'`,
  list: (words) => `-x -a '(__fish_append , ${words})'`,
};

/** A script for fish. Pure. */
export function fishScript(tree: TreeCommand): string {
  const commands = everyCommand(tree);
  const lines = commands.flatMap((command) => {
    const at = `complete -c vortex -n '__vortex_at "${place(command)}"'`;
    const children = command.commands.map(
      ({ path, summary }) => `${at} -a ${path.at(-1) ?? ''} -d ${quoted(brief(summary))}`,
    );
    const { values: may } = command;
    const given =
      may === undefined || children.length > 0
        ? []
        : [may.kind === 'files' || may.kind === 'folders' ? `${at} -F` : `${at} -a '${wordsOf(may)}'`];
    const flags = command.flags.map((flag) => {
      const short = flag.short === undefined ? '' : ` -s ${flag.short.slice(1)}`;
      const value = !flag.takesValue
        ? ''
        : flag.values === undefined
          ? ' -x'
          : ` ${FISH[flag.values.kind](wordsOf(flag.values))}`;
      return `${at}${short} -l ${flag.long.slice(2)}${value} -d ${quoted(brief(flag.description))}`;
    });
    return [...children, ...given, ...flags];
  });
  return `# Completion of vortex for fish: vortex completion fish > ~/.config/fish/completions/vortex.fish
function __vortex_at
    set -l route ''
    for word in (commandline -opc)[2..-1]
        switch "$route/$word"
            case ${commands.slice(1).map(place).join(' ')}
                set route "$route/$word"
        end
    end
    test "$route" = "$argv[1]"
end
complete -c vortex -f
${lines.join('\n')}
`;
}
