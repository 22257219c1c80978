import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backupText } from '../../src/metrics/backup-text.ts';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { answer, serve } from '../support/loopback.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';

const NOW = '2024-07-03T06:00:00Z';
const DAY = 86_400;

const value = (text: string, name: string): number =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);

it('what never happened to a backup has no metric: a zero would be a backup of 1970', () => {
  expect(backupText({})).toBe('');
  expect(backupText({ exitCode: 1 })).toMatch(
    /^# HELP .*\n# TYPE vortex_backup_last_exit_code gauge\nvortex_backup_last_exit_code 1\n$/,
  );
  expect(value(backupText({ lastSuccess: 1_500 }), 'vortex_backup_last_success_timestamp_seconds')).toBe(1.5);
});

it('a backup tells when it was made and verified, in a file and a group of its own; one that fails keeps both times', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const gateway = await serve((_, response) => {
    answer(response, 200, '');
  });
  const env = {
    ...sandbox.env,
    VORTEX_METRICS_FILE: 'vortex.prom',
    VORTEX_METRICS_PUSHGATEWAY: `${gateway.url}/metrics/job/vortex/namespace/here`,
  };
  await vortex(['download', 'SPY', '--start', '2024-06-03', '--now', NOW], { cwd, env });
  const ofRun = readFileSync(join(cwd, 'vortex.prom'), 'utf8');
  const read = (): string => readFileSync(join(cwd, 'vortex-backup.prom'), 'utf8');
  const before = performance.timeOrigin / 1000;

  expect((await vortex(['backup', 'create'], { cwd, env })).code).toBe(0);
  const made = value(read(), 'vortex_backup_last_success_timestamp_seconds');
  expect(made).toBeGreaterThan(before);
  expect(value(read(), 'vortex_backup_last_exit_code')).toBe(0);
  expect(value(read(), 'vortex_backup_last_verified_timestamp_seconds')).toBeNaN();
  expect(gateway.requests.at(-1)).toBe('/metrics/job/vortex/namespace/here/component/backup');

  expect((await vortex(['backup', 'verify'], { cwd, env })).code).toBe(0);
  const verified = value(read(), 'vortex_backup_last_verified_timestamp_seconds');
  expect(verified).toBeGreaterThan(made);

  writeFileSync(join(cwd, 'a-file'), 'no folder');
  expect((await vortex(['backup', 'create', '--target', 'a-file'], { cwd, env })).code).not.toBe(0);
  expect(value(read(), 'vortex_backup_last_exit_code')).not.toBe(0);
  expect(value(read(), 'vortex_backup_last_success_timestamp_seconds')).toBe(made);
  expect(value(read(), 'vortex_backup_last_verified_timestamp_seconds')).toBe(verified);
  // What the run said is as it was.
  expect(readFileSync(join(cwd, 'vortex.prom'), 'utf8')).toBe(ofRun);
});

it('--verify-every verifies the new backup once the last verification is so many days old, and not before', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn(NOW);
  const env = { ...sandbox.env, VORTEX_METRICS_FILE: 'vortex.prom' };
  await vortex(['download', 'SPY', '--start', '2024-06-03', '--now', NOW], { cwd, env });
  const note = join(cwd, 'data/.vortex/backups.json');
  const verifiedAt = async (daysAgo: number): Promise<number> => {
    const lastVerified = (Date.now() / 1000 - daysAgo * DAY) * 1000;
    writeFileSync(note, JSON.stringify({ lastVerified }));
    expect((await vortex(['backup', 'create', '--verify-every', '6'], { cwd, env })).code).toBe(0);
    const text = readFileSync(join(cwd, 'vortex-backup.prom'), 'utf8');
    return value(text, 'vortex_backup_last_verified_timestamp_seconds') - lastVerified / 1000;
  };
  expect(await verifiedAt(5.9)).toBeCloseTo(0, 2);
  expect(await verifiedAt(6.1)).toBeGreaterThan(6 * DAY);
  const wrong = await vortex(['backup', 'create', '--verify-every', 'week'], { cwd, env });
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--verify-every')]);
  expect(everythingIn(cwd).some((path) => path.includes('backups/'))).toBe(true);
});
