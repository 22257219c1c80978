import { expect, it } from 'vitest';
import { splitCheck } from '../../src/cli/doctor-split.ts';

const GB = 1e9;
const usage = { data: 60 * GB, raw: 5 * GB, backups: 4 * GB, own: 11 * GB, free: 20 * GB, total: 100 * GB };

it('what stays at its share of the disk is fine: 5 % raw answers, 4 % backups, 11 % reports and settings', () => {
  expect(splitCheck(usage)).toMatchObject({ state: 'ok' });
});

it.each([
  ['raw', 'retention.raw_bytes'],
  ['backups', 'backup.target'],
  ['own', 'retention.runs'],
] as const)('%s beyond its share is named with its remedy', (kind, remedy) => {
  const check = splitCheck({ ...usage, [kind]: usage[kind] + 1 });
  expect(check).toMatchObject({ state: 'warning' });
  expect(check.detail).toContain(remedy);
  expect(check.detail).not.toContain('; data');
});
