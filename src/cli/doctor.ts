import { relative, resolve } from 'node:path';
import { processEnvironment } from '../config/process-environment.ts';
import { maskPasswords } from '../config/proxy.ts';
import { splitProviders } from '../config/settings.ts';
import { exitCodeOf, stoppedCode, worstExitCode } from '../download/exit-code.ts';
import { MINUTE_MS } from '../market/period.ts';
import { systemClock } from '../http/clock.ts';
import { proxyChoice } from '../http/proxy.ts';
import { asVortexError } from '../market/errors.ts';
import type { Provider } from '../providers/provider.ts';
import { loadContext } from './context.ts';
import type { CommandContext, CommonFlags, Surroundings } from './context.ts';
import { failed, passed } from './doctor-check.ts';
import type { Check } from './doctor-check.ts';
import { backupCheck, dataFolderChecks, isContainer, isStanding } from './doctor-disk.ts';
import { clockCheck, cronCheck, zoneCheck } from './doctor-machine.ts';
import type { HeardTime } from './doctor-machine.ts';
import { splitCheck } from './doctor-split.ts';
import { diskUsage } from '../disk/usage.ts';
import { logOfRun } from './log.ts';
import { connect } from './network.ts';
import { writeJson } from './output.ts';
import { textOption } from './provider-option.ts';
import { checkSchedule } from './schedule-check.ts';
import { counted } from './table.ts';
import { askAccess, providersNamed } from './provider-access.ts';

/** A `--now` so far from the clock stands for another time. */
const OTHER_TIME_MS = 5 * MINUTE_MS;

/** The flags of `doctor`. */
export interface DoctorFlags extends CommonFlags {
  readonly provider?: string;
}

const errorCheck = (name: string, cause: unknown): Check => {
  const { message, code } = asVortexError(cause);
  return failed(name, message.split('\n').join('; '), exitCodeOf(code));
};

function proxyCheck(context: CommandContext, providers: readonly Provider[]): Check {
  const name = 'proxy';
  try {
    const choose = proxyChoice(context.proxy);
    const ways = providers.flatMap((provider) => {
      const address = textOption(context, provider, 'base_url');
      if (address === undefined || !URL.canParse(address)) return [];
      const proxy = choose(new URL(address));
      return proxy === undefined ? [] : [`${provider.id} by ${maskPasswords(proxy.href)}`];
    });
    const { httpProxy, httpsProxy } = context.proxy;
    if (ways.length > 0) return passed(name, ways.join(', '));
    if ((httpProxy ?? httpsProxy) === undefined) return passed(name, 'none is set (HTTP_PROXY, HTTPS_PROXY)');
    return passed(name, `set, but not for ${providers.map(({ id }) => id).join(', ')} (NO_PROXY)`);
  } catch (cause) {
    return errorCheck(name, cause);
  }
}

/** Asks each provider for access, and hears what time it has. */
async function networkChecks(
  context: CommandContext,
  providers: readonly Provider[],
  { signal }: Surroundings,
): Promise<Check[]> {
  // What goes wrong is told as a check.
  const logging = { ...context.settings.logging, level: 'silent' as const };
  const log = await logOfRun({ ...context, settings: { ...context.settings, logging } }, 'doctor');
  let heard: HeardTime | undefined;
  try {
    const { client, secrets } = connect(context, log);
    const checks = await Promise.all(
      providers.map(async (provider): Promise<Check> => {
        const name = `provider ${provider.id}`;
        try {
          const detail = await askAccess(provider, context, client, signal, ({ headers, requestedAt }) => {
            const age = Number(headers['age'] ?? 0) * 1000;
            const date = Date.parse(headers['date'] ?? '') + age;
            const answered = systemClock.now();
            if (!Number.isNaN(date)) heard ??= { provider: provider.id, asked: requestedAt, answered, date };
          });
          return passed(name, secrets.text(detail));
        } catch (cause) {
          const { message, code } = asVortexError(cause);
          return failed(name, secrets.text(message), exitCodeOf(code));
        }
      }),
    );
    await client.close();
    // A run for another time, as in a drill, is compared with nothing.
    const isOtherTime = Math.abs(context.now - systemClock.now()) > OTHER_TIME_MS;
    return [clockCheck(isOtherTime ? undefined : heard), ...checks];
  } catch (cause) {
    return [errorCheck('providers', cause)];
  }
}

/** Where backups go by the settings; beside the data unless they say otherwise. */
function backupTarget({ settings }: CommandContext): string {
  const { engine, restic, target } = settings.backup;
  const place = engine === 'restic' ? restic.repository : target;
  return place === undefined ? resolve(settings.output_dir, 'backups') : maskPasswords(place);
}

const shortened = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
};

function surroundingsCheck(context: CommandContext | undefined, flags: CommonFlags): Check {
  const env = processEnvironment();
  if (isContainer(env)) {
    return passed(
      'cron',
      'a container: the schedule stands outside (CronJob, a crontab of the host) or in vortex serve',
    );
  }
  const sources = [...(context?.sources.values() ?? [])];
  const named = sources.flatMap((source) => /^environment (\w+)$/.exec(source)?.[1] ?? []);
  const byFlag = flags.outputDir === undefined ? [] : [flags.outputDir];
  const relativePaths = [...byFlag, ...(flags.config ?? [])].filter((path) => path !== resolve(path));
  return cronCheck({
    env,
    cwd: process.cwd(),
    node: process.execPath,
    program: process.argv[1] ?? 'vortex',
    fromEnvironment: [...new Set(named)],
    relative: relativePaths,
  });
}

/** Reads the settings; where they are wrong the other checks stand on defaults. */
async function settingsCheck(
  flags: DoctorFlags,
  output: Surroundings['output'],
): Promise<{ readonly check: Check; readonly context?: CommandContext }> {
  try {
    const provider = { path: 'default_provider', flag: '--provider', value: flags.provider };
    const context = await loadContext(flags, [provider], output);
    await checkSchedule(context.settings.serve, context.now);
    const read =
      context.files.length === 0 ? 'no file; defaults (vortex config init writes one)' : context.files.join(', ');
    return { check: passed('settings', `${read}; ${counted(context.instruments.length, 'instrument')}`), context };
  } catch (cause) {
    return { check: errorCheck('settings', cause) };
  }
}

/** Runs all checks, in the order in which they are told. */
async function allChecks(flags: DoctorFlags, surroundings: Surroundings): Promise<Check[]> {
  const program = passed('program', `Node ${process.versions.node} on ${process.platform} ${process.arch}`);
  const { check, context } = await settingsCheck(flags, surroundings.output);
  const root = context?.settings.output_dir ?? resolve(flags.outputDir ?? 'data');
  const local = [
    program,
    check,
    ...dataFolderChecks(root, shortened(root)),
    zoneCheck(processEnvironment()['TZ']),
    surroundingsCheck(context, flags),
  ];
  if (context === undefined) return local;
  const split = isStanding(root) ? [splitCheck(await diskUsage(root))] : [];
  const providers = providersNamed(splitProviders(context.settings.default_provider));
  return [
    ...local,
    ...split,
    backupCheck(root, backupTarget(context)),
    proxyCheck(context, providers),
    ...(await networkChecks(context, providers, surroundings)),
  ];
}

/** The checks as a table no wider than so many characters, if that leaves room for words. Pure. */
function checkTable(checks: readonly Check[], columns: number): string {
  const name = Math.max(...checks.map((check) => check.name.length));
  const room = Math.max(30, columns - name - 12);
  return checks
    .flatMap((check) => {
      const lines: string[] = [];
      for (const word of check.detail.split(' ')) {
        const last = lines.at(-1);
        if (last !== undefined && last.length + word.length < room) lines[lines.length - 1] = `${last} ${word}`;
        else lines.push(word);
      }
      return lines.map((line, index) => {
        const [left, state] = index === 0 ? [check.name, check.state] : ['', ''];
        return `${left.padEnd(name)}  ${state.padEnd(7)}  ${line}\n`;
      });
    })
    .join('');
}

/**
 * `vortex doctor`: looks at the machine and says what to do. Exit code 1: the machine or the folder, 2: settings, 4: a
 * provider refuses us, 3: a provider is not reached; a warning is no failure.
 */
export async function doctor(flags: DoctorFlags, surroundings: Surroundings): Promise<number> {
  const { output, signal } = surroundings;
  const checks = await allChecks(flags, surroundings);
  const detailOf = ({ state, detail }: Check): string => (state === 'warning' ? `warning: ${detail}` : detail);
  for (const check of checks) {
    if (check.state === 'failed') output.err(`vortex: ${check.name}: ${check.detail}\n`);
  }
  if (flags.json) {
    const told = checks.map((check) => ({ name: check.name, ok: check.state !== 'failed', detail: detailOf(check) }));
    writeJson(output, { schema: 1, checks: told });
  } else {
    output.out(checkTable(checks, output.isTerminal ? output.columns : Infinity));
    const count = (state: Check['state']): number => checks.filter((check) => check.state === state).length;
    const warnings = count('warning');
    output.out(`\n${count('ok')} right, ${warnings} warning${warnings === 1 ? '' : 's'}, ${count('failed')} failed\n`);
  }
  if (signal.aborted) return stoppedCode(signal);
  return worstExitCode(checks.map(({ code }) => code));
}
