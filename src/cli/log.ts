import { basename, dirname } from 'node:path';
import type { Logger } from 'pino';
import { Redactor } from '../http/redact.ts';
import { visibleJson } from '../market/outside-text.ts';
import type { Settings } from '../config/settings.ts';

const STDERR = 2;

/** Where log lines go. */
interface Destination {
  write(line: string): void;
}

/** What is written to the log, and where. */
export interface LogOptions {
  readonly settings: Settings['logging'];
  /** Every line carries it; absent: lines carry what their child loggers say. */
  readonly run?: string;
  readonly isTerminal: boolean;
  readonly colour: boolean;
  /** Masks what must not be written, whoever wrote it. */
  readonly secrets: Redactor;
  /** Told once when the log file cannot be written. */
  readonly warn: (message: string) => void;
  /** In place of stderr. */
  readonly stderr?: Destination;
}

/** A log file that begins anew when it is full; older ones are kept as `name.1`, `name.2` … */
async function openFile(
  path: string,
  { file_max_mb: size, file_count: count }: Settings['logging'],
  warn: (message: string) => void,
): Promise<Destination> {
  const { createStream } = await import('rotating-file-stream');
  const stream = createStream(
    (number) => (typeof number === 'number' ? `${basename(path)}.${number}` : basename(path)),
    {
      path: dirname(path),
      size: `${size}M`,
      rotate: count,
      mode: 0o640,
    },
  );
  let isBroken = false;
  stream.on('error', (error: Error) => {
    if (!isBroken) warn(`the log file ${path} cannot be written: ${error.message}; the log goes to stderr only`);
    isBroken = true;
  });
  return {
    write: (line) => {
      if (!isBroken) stream.write(line);
    },
  };
}

/** Lines for people on a terminal, else JSON. */
async function openStderr({ settings, isTerminal, colour }: LogOptions): Promise<Destination> {
  const pretty = settings.format === 'pretty' || (settings.format === 'auto' && isTerminal);
  if (!pretty) return (await import('pino')).default.destination({ fd: STDERR, sync: true });
  const { default: prettify } = await import('pino-pretty');
  return prettify({ destination: STDERR, sync: true, ignore: 'pid,hostname,run', colorize: isTerminal && colour });
}

/** The program's log, to stderr: JSON lines, or for people on a terminal; and to a file where the settings name one. */
export async function openLog(options: LogOptions): Promise<Logger> {
  const { settings, run, secrets, warn } = options;
  const { default: pino } = await import('pino');
  const file = settings.file === undefined ? undefined : await openFile(settings.file, settings, warn);
  const stderr = options.stderr ?? (await openStderr(options));
  const destination: Destination = {
    write: (line) => {
      const clean = visibleJson(secrets.registered(line));
      stderr.write(clean);
      file?.write(clean);
    },
  };
  return pino({ level: settings.level, base: run === undefined ? {} : { run } }, destination);
}

/** The log of a command's run. */
export function logOfRun(
  context: {
    readonly settings: Settings;
    readonly secrets: readonly string[];
    readonly noColor: boolean;
    readonly output: { readonly isTerminal: boolean; readonly err: (text: string) => void };
  },
  run: string,
): Promise<Logger> {
  const { settings, secrets, noColor, output } = context;
  return openLog({
    settings: settings.logging,
    run,
    isTerminal: output.isTerminal,
    colour: !noColor,
    secrets: new Redactor(secrets),
    warn: (message) => {
      output.err(`vortex: ${message}\n`);
    },
  });
}
