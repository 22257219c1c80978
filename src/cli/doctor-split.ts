import type { DiskUsage } from '../disk/usage.ts';
import { passed, warned } from './doctor-check.ts';
import type { Check } from './doctor-check.ts';
import { formatBytes } from './table.ts';

/** Shares of the disk that the design gives to what is not data, and what keeps each within it. */
const SHARES = [
  { kind: 'raw', share: 0.05, remedy: 'set retention.raw_bytes or retention.raw_days' },
  { kind: 'backups', share: 0.04, remedy: 'set backup.keep_days, or backup.target to another disk' },
  { kind: 'own', share: 0.11, remedy: 'set retention.runs and retention.revisions_days' },
] as const;

/** Whether what retention holds stays within its share of the disk: raw answers, backups, reports and settings. Pure. */
export function splitCheck(usage: DiskUsage): Check {
  const name = 'split of the disk';
  if (usage.total === 0) return passed(name, 'this file system does not tell its size');
  const over = SHARES.filter(({ kind, share }) => usage[kind] > share * usage.total).map(
    ({ kind, share, remedy }) =>
      `${kind} takes ${formatBytes(usage[kind])}, more than ${Math.round(share * 100)} % of the disk; ${remedy}`,
  );
  if (over.length > 0) return warned(name, over.join('; '));
  const found = ['data', 'raw', 'backups', 'own'] as const;
  return passed(name, found.map((kind) => `${kind} ${formatBytes(usage[kind])}`).join(', '));
}
