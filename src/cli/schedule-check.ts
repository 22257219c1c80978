import type { Settings } from '../config/settings.ts';

/**
 * Looks whether the schedule of `serve` ever comes.
 * @param now milliseconds since the epoch, UTC
 * @throws VortexError `usage`
 */
export async function checkSchedule(
  { schedule, timezone }: Pick<Settings['serve'], 'schedule' | 'timezone'>,
  now: number,
): Promise<void> {
  if (schedule === undefined) return;
  const { DueTimes } = await import('../serve/cron.ts');
  new DueTimes(schedule, timezone, now);
}
