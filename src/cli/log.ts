import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';

const STDERR = 2;

/** The program's log, to stderr: JSON lines, or for people on a terminal. Every line carries the run. */
export async function openLog(
  settings: Settings['logging'],
  run: string,
  isTerminal: boolean,
  colour: boolean,
): Promise<Logger> {
  const { default: pino } = await import('pino');
  const options = { level: settings.level, base: { run } };
  const pretty = settings.format === 'pretty' || (settings.format === 'auto' && isTerminal);
  if (!pretty) return pino(options, pino.destination({ fd: STDERR, sync: true }));
  const { default: prettify } = await import('pino-pretty');
  return pino(
    options,
    prettify({ destination: STDERR, sync: true, ignore: 'pid,hostname,run', colorize: isTerminal && colour }),
  );
}
