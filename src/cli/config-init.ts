import { resolve } from 'node:path';
import { DEFAULT_CONFIG_FILE } from '../config/load.ts';
import { processEnvironment } from '../config/process-environment.ts';
import { settingsSchema } from '../config/settings.ts';
import { starterText } from '../config/starter-text.ts';
import { shortPath } from '../config/text-file.ts';
import { isFolder, isThere, writeStarter } from '../config/write-starter.ts';
import { usageError } from '../market/errors.ts';
import { PROVIDER_OPTIONS } from '../providers/registry.ts';
import { readNow } from './context.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { cronLine } from './doctor-machine.ts';
import type { Output } from './output.ts';
import { writeJson } from './output.ts';
import { checkSchedule } from './schedule-check.ts';
import { defaultAnswers, readAnswers } from './starter.ts';
import type { Answers } from './starter.ts';

/** The flags of `config init`: every question has one. */
export interface InitFlags extends CommonFlags {
  readonly provider?: string;
  readonly format?: string;
  readonly schedule?: string;
  readonly timezone?: string;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly download?: boolean;
}

/** Rows of a plan that are shown. */
const MOST_ROWS = 12;

/** Cuts a long table, as the plan of many contracts is. */
function brief(text: string): string {
  const lines = text.trimEnd().split('\n');
  if (lines.length <= MOST_ROWS + 1) return text;
  return `${lines.slice(0, MOST_ROWS + 1).join('\n')}\n… and ${lines.length - MOST_ROWS - 1} more\n`;
}

function saidBy(symbols: readonly string[], flags: InitFlags): Partial<Answers> {
  const { provider, outputDir, format: formats, schedule, timezone } = flags;
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(outputDir === undefined ? {} : { outputDir }),
    ...(formats === undefined ? {} : { formats }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(symbols.length === 0 ? {} : { symbols }),
  };
}

function sayHowToGoOn(output: Output, cwd: string, flags: readonly string[], schedule: string | undefined): void {
  // Under npx the program is on no PATH.
  const start = processEnvironment()['npm_command'] === 'exec' ? 'npx vortex' : 'vortex';
  const words = [start, 'download', ...flags].join(' ');
  output.out(`\nBring it up to date, today and any day:\n\n  ${words}\n`);
  if (schedule === undefined) return;
  const at = { cwd, node: process.execPath, program: process.argv[1] ?? 'vortex' };
  output.out(
    `\nBy itself, as a line for your crontab (crontab -e; it counts in this machine's time zone):\n\n  ${[cronLine(at, schedule), ...flags].join(' ')}\n`,
  );
}

/** `vortex config init`: writes a starter file, checks it, shows the plan, and offers the first download. */
export async function initConfig(
  symbols: readonly string[],
  flags: InitFlags,
  surroundings: Surroundings,
): Promise<number> {
  const { output } = surroundings;
  const cwd = process.cwd();
  const now = readNow(flags.now);
  const named = flags.config?.at(-1);
  const path = resolve(cwd, named ?? DEFAULT_CONFIG_FILE);
  const file = shortPath(path, cwd);
  const asks = process.stdin.isTTY && process.stdout.isTTY && !flags.yes && !flags.json;
  const questions = asks ? await import('./config-questions.ts') : undefined;

  questions?.greet();
  if (isFolder(path)) throw usageError(`${file} is a folder; name a file with --config, such as ${file}/config.json`);
  if (isThere(path) && !flags.force && !(await questions?.mayReplace(file))) {
    throw usageError(`${file} is there and stays as it is; --force replaces it, --config FILE writes another`);
  }
  const otherwise = defaultAnswers(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const said = saidBy(symbols, flags);
  const answers = questions === undefined ? { ...otherwise, ...said } : await questions.ask(said, otherwise, now);
  const { choice, notices } = readAnswers(answers, now);
  for (const notice of notices) output.err(`vortex: ${notice}\n`);
  const { cron: schedule, timezone = 'UTC' } = choice.schedule ?? {};
  if (schedule !== undefined) await checkSchedule({ schedule, timezone }, now);

  const schema = settingsSchema(PROVIDER_OPTIONS);
  const text = starterText(choice, schema, schema.parse({}));
  const written = await writeStarter(path, text, cwd, PROVIDER_OPTIONS);
  if (flags.json) {
    writeJson(output, { schema: 1, file, written, instruments: choice.instruments.length });
    return 0;
  }
  output.out(`\nwritten: ${written.join(', ')}\n`);
  for (const note of choice.notes) output.out(`${note}\n`);
  const files = named === undefined ? {} : { config: [named] };
  const settings = { ...files, ...(flags.logLevel === undefined ? {} : { logLevel: flags.logLevel }) };
  const checked = await (await import('./config.ts')).checkConfig(settings, surroundings);
  output.out('\nWhat the first download takes:\n\n');
  const out = (part: string): void => {
    output.out(brief(part));
  };
  const time = flags.now === undefined ? {} : { now: flags.now };
  const common = { ...settings, ...time };
  const planned = await (await import('./plan.ts')).plan([], common, { ...surroundings, output: { ...output, out } });
  const wanted = flags.download ?? (await questions?.wantsDownload()) ?? false;
  const code = wanted ? await (await import('./download.ts')).download([], common, surroundings) : checked || planned;
  sayHowToGoOn(output, cwd, named === undefined ? [] : ['--config', named], choice.schedule?.cron);
  return code;
}
