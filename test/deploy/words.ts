import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../src/cli/program.ts';
import { environmentNames } from '../../src/config/environment.ts';
import { loadSettings } from '../../src/config/load.ts';
import { settingsSchema } from '../../src/config/settings.ts';
import { PROVIDER_OPTIONS } from '../../src/providers/registry.ts';

/** A start of the program as a manifest describes it. */
export interface Start {
  /** Where it stands, for the messages. */
  readonly place: string;
  /** What follows the name of the program. */
  readonly args: readonly string[];
  /** The environment, names that are not ours too. */
  readonly env: Readonly<Record<string, string>>;
  /** Text of the files that are mounted, by path: secrets and what stands in /app/config. */
  readonly files: Readonly<Record<string, string>>;
  /** Folders that are mounted. */
  readonly mounts: readonly string[];
}

/** Environment and files of a start whose secrets the cloud puts into the environment: here they stand in made-up files. */
export function withSecrets(
  open: readonly (readonly [name: string, value: string])[],
  secrets: readonly string[],
): Pick<Start, 'env' | 'files'> {
  const named = secrets.map((name) => [`${name}_FILE`, `/secrets/${name}`] as const);
  return {
    env: Object.fromEntries([...open, ...named]),
    files: Object.fromEntries(secrets.map((name) => [`/secrets/${name}`, 'made-up-secret'])),
  };
}

const NAMES = [...environmentNames(settingsSchema(PROVIDER_OPTIONS))];
const SECRETS = new Set(NAMES.flatMap(([name, key]) => (key.secret ? [name] : [])));

const helps = new Map<string, Promise<string | undefined>>();

async function askHelp(command: readonly string[]): Promise<string | undefined> {
  let said = '';
  const write = (part: string): void => void (said += part);
  const output = { out: write, err: write, isTerminal: false, columns: 200 };
  const code = await run([...command, '--help'], { output, signal: new AbortController().signal });
  // An unknown command of a group shows the help of the group.
  return code === 0 && said.includes(`Usage: vortex ${command.join(' ')}`) ? said : undefined;
}

function helpOf(command: readonly string[]): Promise<string | undefined> {
  const key = command.join(' ');
  const known = helps.get(key) ?? askHelp(command);
  helps.set(key, known);
  return known;
}

/** The words before the first flag that name a command: one, or two where the first is a group. */
async function commandOf(args: readonly string[]): Promise<string[]> {
  const two = args.slice(0, 2);
  const isPair = two.length === 2 && !two.some((word) => word.startsWith('-'));
  if (isPair && (await helpOf(two)) !== undefined) return two;
  return args.slice(0, 1);
}

/** What the program says of the command and the flags of a start. */
export async function argumentProblems({ place, args }: Start): Promise<string[]> {
  const command = await commandOf(args);
  const name = command.join(' ');
  const help = await helpOf(command);
  if (help === undefined) return [`${place}: there is no command ${name}`];
  const flags = args.filter((word) => word.startsWith('-')).map((word) => word.split('=')[0] ?? word);
  return flags.flatMap((flag) => {
    const isKnown = new RegExp(`^ +(?:-\\w, )?${flag}(?![\\w-])|^ +${flag},`, 'm').test(help);
    return isKnown ? [] : [`${place}: ${name} has no flag ${flag}`];
  });
}

/** Puts the files of a start below a folder, /app beside the secrets, and gives the environment that finds them there. */
export function placed({ env, files }: Start, folder: string): { cwd: string; env: Record<string, string> } {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const cwd = join(folder, 'app');
  mkdirSync(cwd, { recursive: true });
  const moved = Object.entries(env).map(
    ([name, value]) => [name, name.endsWith('_FILE') ? join(folder, value) : value] as const,
  );
  return { cwd, env: Object.fromEntries(moved) };
}

/** What the program says of the settings of a start. */
export async function settingProblems(start: Start): Promise<string[]> {
  const problems = Object.entries(start.env).flatMap(([name, value]) => {
    if (SECRETS.has(name)) return [`${start.place}: ${name} stands in the open; name a file with ${name}_FILE`];
    const isMissing = name.endsWith('_FILE') && start.files[value] === undefined;
    return isMissing ? [`${start.place}: ${name} names ${value}, which nothing mounts`] : [];
  });
  const folderOfData = start.env['VORTEX_OUTPUT_DIR'] ?? '';
  if (!start.mounts.includes(folderOfData)) problems.push(`${start.place}: ${folderOfData} is not mounted`);
  const folder = mkdtempSync(join(tmpdir(), 'vortex-test-'));
  try {
    await loadSettings({ ...placed(start, folder), providerOptions: PROVIDER_OPTIONS });
    return problems;
  } catch (error) {
    return [...problems, `${start.place}: ${error instanceof Error ? error.message : String(error)}`];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
