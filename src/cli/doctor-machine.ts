import { HOUR_MS, MINUTE_MS } from '../market/period.ts';
import { formatSeconds } from './table.ts';
import { failed, passed, warned } from './doctor-check.ts';
import type { Check } from './doctor-check.ts';
import { isTimeZone, offsetAt } from '../market/time-zone.ts';

/** Less than settle_minutes by far, more than a slow answer or a cache is off. */
const CLOCK_TOLERANCE_MS = MINUTE_MS;

/** Changes of the clock as the zones' governments made them: the instant, and the hours from UTC before and from then on. */
const TRANSITIONS: readonly (readonly [string, string, number, number])[] = [
  ['America/New_York', '2024-03-10T07:00:00Z', -5, -4],
  ['America/Chicago', '2024-11-03T07:00:00Z', -5, -6],
  ['Europe/London', '2024-10-27T01:00:00Z', 1, 0],
  ['Australia/Sydney', '2024-10-05T16:00:00Z', 10, 11],
];

/** Whether Node knows when clocks change at exchanges. @param own the TZ of the environment */
export function zoneCheck(own: string | undefined): Check {
  const name = 'time zones';
  const wrong = TRANSITIONS.filter(([zone, at, before, after]) => {
    const instant = Date.parse(at);
    if (!isTimeZone(zone)) return true;
    return offsetAt(instant - MINUTE_MS, zone) !== before * HOUR_MS || offsetAt(instant, zone) !== after * HOUR_MS;
  }).map(([zone]) => zone);
  if (wrong.length > 0) {
    return failed(
      name,
      `this Node has wrong or no data of ${wrong.join(', ')}; use a Node with full ICU, such as nodejs.org's`,
    );
  }
  if (own !== undefined && own !== '' && !isTimeZone(own.replace(/^:/, ''))) {
    return warned(
      name,
      `clock changes of exchanges are known; but TZ=${own} is no zone, so times of your logs are in UTC`,
    );
  }
  return passed(name, `clock changes of ${TRANSITIONS.map(([zone]) => zone).join(', ')} are right`);
}

/** What a provider's answer said of the time. */
export interface HeardTime {
  readonly provider: string;
  /** Real time when it was asked and when the answer was there, milliseconds since the epoch, UTC. */
  readonly asked: number;
  readonly answered: number;
  /** The header `Date`, milliseconds since the epoch, UTC; whole seconds. */
  readonly date: number;
}

/** Whether this machine's clock agrees with a provider's. Pure. */
export function clockCheck(heard: HeardTime | undefined): Check {
  const name = 'clock';
  if (heard === undefined)
    return passed(name, 'not compared: no provider told its time, or --now stands for another one');
  const { provider, asked, answered, date } = heard;
  // The truth lies somewhere between question and answer.
  const off = date + 1000 < asked ? asked - date - 1000 : date > answered ? answered - date : 0;
  const seconds = formatSeconds(Math.abs(off) / 1000);
  if (Math.abs(off) <= CLOCK_TOLERANCE_MS)
    return passed(name, `agrees with ${provider} within ${formatSeconds(CLOCK_TOLERANCE_MS / 1000)}`);
  return failed(
    name,
    `this clock is ${seconds} ${off > 0 ? 'ahead of' : 'behind'} ${provider}'s; bars would count as final too ${off > 0 ? 'early' : 'late'}. Set the clock (chrony, systemd-timesyncd)`,
  );
}

/** What a job of cron would find. */
export interface CronSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The programs that would be run, absolute. */
  readonly node: string;
  readonly program: string;
  /** Settings whose value comes from a variable of this process and from no file. */
  readonly fromEnvironment: readonly string[];
  /** Folder and files that count from the working directory. */
  readonly relative: readonly string[];
}

const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A line for a crontab that works with cron's bare environment: weekdays at 6. */
export function cronLine(
  { cwd, node, program }: Pick<CronSurroundings, 'cwd' | 'node' | 'program'>,
  schedule = '0 6 * * 1-5',
): string {
  return `${schedule} cd ${quoted(cwd)} && ${quoted(node)} ${quoted(program)} download`;
}

/** What is missing for cron, whose PATH is /usr/bin:/bin and whose folder is the home. Pure. */
export function cronCheck(at: CronSurroundings): Check {
  const { env, fromEnvironment, relative } = at;
  const lacks = [
    ...(env['HOME'] ? [] : ['HOME is not set here']),
    ...(env['PATH'] ? [] : ['PATH is not set here']),
    ...(fromEnvironment.length === 0
      ? []
      : [`${fromEnvironment.join(', ')} would not be there: write them into .env, or into the settings file`]),
    ...(relative.length === 0 ? [] : [`${relative.join(' and ')} count from the working directory: cd there first`]),
  ];
  const line = `a crontab line that works: ${cronLine(at)}`;
  return lacks.length === 0 ? passed('cron', line) : warned('cron', `${lacks.join('; ')}; ${line}`);
}
