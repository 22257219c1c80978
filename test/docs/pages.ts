import type { Command } from 'commander';
import { allowed } from '../../src/config/allowed.ts';
import { environmentName } from '../../src/config/environment.ts';
import { instrumentsSchema } from '../../src/config/instrument-settings.ts';
import { valueAt } from '../../src/config/layers.ts';
import { schemaAt, settingKeys } from '../../src/config/schema-keys.ts';
import type { SettingKey } from '../../src/config/schema-keys.ts';
import { settingsSchema } from '../../src/config/settings.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { PROVIDER_OPTIONS } from '../../src/providers/registry.ts';

const WIDTH = 100;
const MADE = (from: string): string => `<!-- Made of ${from} by \`npm run docs\`; changes here are lost. -->`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${header.join(' | ')} |`,
  `| ${header.map(() => '---').join(' | ')} |`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];

/** The help of every command, as the program prints it. */
export function commandsPage(): string {
  let printed = '';
  const output = {
    out: (text: string) => void (printed += text),
    err: () => undefined,
    isTerminal: false,
    columns: WIDTH,
  };
  const program = buildProgram({ output, signal: new AbortController().signal }, () => undefined);
  const helpOf = (command: Command): string => {
    printed = '';
    command.configureOutput({ writeOut: output.out, getOutHelpWidth: () => WIDTH });
    command.outputHelp();
    return printed.trimEnd();
  };
  const sections = (command: Command, path: string): string[] => [
    `${path.includes(' ') ? '##' : '#'} ${path}`,
    '',
    ...(path.includes(' ') ? [] : [MADE('the program'), '']),
    '```text',
    helpOf(command),
    '```',
    '',
    ...command.commands.flatMap((child) => sections(child, `${path} ${child.name()}`)),
  ];
  return sections(program, 'vortex').join('\n');
}

function defaultText(value: unknown): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}

function settingsTable(keys: readonly SettingKey[], defaults: unknown): string[] {
  return table(
    ['key', 'environment', 'default', 'what it does'],
    keys.map(({ keys: path, description, schema, secret }) => {
      const name = environmentName(path);
      const may = cell(allowed(schema));
      return [
        `\`${path.join('.')}\``,
        secret ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``,
        secret ? '' : defaultText(valueAt(defaults, path)),
        `${cell(description)}${secret ? ' (secret)' : ''}. Takes ${may}.`,
      ];
    }),
  );
}

/** Every setting and every key of an instrument, by the schemas. */
export function configurationPage(): string {
  const schema = settingsSchema(PROVIDER_OPTIONS);
  const defaults = schema.parse({});
  const keys = settingKeys(schema);
  const groups = new Map<string, SettingKey[]>();
  for (const key of keys) {
    const group =
      key.keys[0] === 'providers' ? key.keys.slice(0, 2).join('.') : key.keys.length > 1 ? (key.keys[0] ?? '') : '';
    groups.set(group, [...(groups.get(group) ?? []), key]);
  }
  const instruments = instrumentsSchema(PROVIDER_OPTIONS);
  const record = schemaAt(instruments, ['futures', 'GOLD']);
  const fields = record === undefined ? [] : settingKeys(record.schema);
  const sections = [...groups].flatMap(([group, members]) => [
    `## ${group === '' ? 'General' : `\`${group}\``}`,
    '',
    ...(group === '' ? [] : [(schemaAt(schema, group.split('.'))?.description ?? '').replace(/(.)$/, '$1.'), '']),
    ...settingsTable(members, defaults),
    '',
  ]);
  return [
    '# Settings',
    '',
    MADE('the schemas'),
    '',
    'A flag counts before the environment, the environment (and `.env`, then `.env.local`, which wins) before the files named by `--config` (later ones before earlier',
    'ones; without any, `config/config.json`), a file before the default. `vortex config show` says which one counted. Files are JSON;',
    'comments (`//` and `/* */`) are allowed. A key that nothing knows is an error with a suggestion.',
    '',
    ...sections,
    '## `closures`',
    '',
    `${schemaAt(schema, ['closures'])?.description ?? ''}. In a file only; the ids stand in [exchanges.md](exchanges.md).`,
    '',
    '## Instruments',
    '',
    'Under `futures`, `stocks` and `forex` (in the same file, or in files named by `instruments`), by id. What is left out comes from the',
    'catalogue (`vortex instruments show GOLD`).',
    '',
    ...table(
      ['key', 'what it is'],
      fields.map(({ keys: path, description }) => [`\`${path.join('.')}\``, `${cell(description)}.`]),
    ),
    '',
  ]
    .join('\n')
    .replaceAll('\n\n\n', '\n\n');
}
