import { Cron } from 'croner';
import { usageError } from '../market/errors.ts';
import { isTimeZone, offsetAt } from '../market/time-zone.ts';

const EXAMPLE = 'write minute hour day month weekday, such as "0 6 * * 1-5"';

function hourOf(pattern: string): string {
  const fields = pattern.trim().split(/\s+/);
  return fields.length === 5 ? (fields[1] ?? '') : (fields[2] ?? '');
}

/** When a schedule is due. */
export class DueTimes {
  readonly #cron: Cron;
  readonly #timezone: string;
  /** The hour is free: a repeated hour is an hour like any other. */
  readonly #isHourly: boolean;

  /**
   * @param pattern minute hour day month weekday; seconds may stand before it
   * @param timezone IANA name
   * @throws VortexError `usage`: no pattern, no zone, or one that never comes
   */
  constructor(pattern: string, timezone: string, now: number) {
    if (!isTimeZone(timezone)) {
      throw usageError(`serve.timezone: ${timezone} is no time zone; write an IANA name such as America/New_York`);
    }
    try {
      this.#cron = new Cron(pattern, { timezone, paused: true });
    } catch (cause) {
      const said = cause instanceof Error ? cause.message.replace(/^CronPattern: /, '') : String(cause);
      throw usageError(`serve.schedule: ${pattern} is no schedule (${said}); ${EXAMPLE}`);
    }
    this.#timezone = timezone;
    this.#isHourly = pattern.trim().startsWith('@hourly') || hourOf(pattern).includes('*');
    if (this.after(now) === undefined) {
      throw usageError(`serve.schedule: ${pattern} never comes; correct the day or the month`);
    }
  }

  /**
   * The next time after an instant; undefined: there is none. On the day a clock is set back, a time that comes twice counts
   * once; on the day it is set forward, a time that does not come is due when the clock has moved.
   * @param instant milliseconds since the epoch, UTC
   */
  after(instant: number): number | undefined {
    const wall = this.#wall(instant);
    let due = this.#cron.nextRun(new Date(instant))?.getTime();
    while (due !== undefined && !this.#isHourly && this.#wall(due) <= wall) {
      due = this.#cron.nextRun(new Date(due))?.getTime();
    }
    return due;
  }

  #wall(instant: number): number {
    return instant + offsetAt(instant, this.#timezone);
  }
}
