import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkBackup } from '../../src/backup/check.ts';
import { restoreBackup } from '../../src/backup/restore.ts';
import { backUp, NO_RESTIC, resticEngine } from '../support/backups.ts';
import { startChild } from '../support/child.ts';
import { contents, temporaryFolder } from '../support/folder.ts';
import { putSeries } from '../support/stored.ts';

it.skipIf(NO_RESTIC !== undefined)(
  'a restic repository that was copied to a second place restores there when the first is gone',
  async () => {
    const root = temporaryFolder();
    await putSeries(root, [{ id: 'SPY', stamps: ['2024-07-01', '2024-07-02'], formats: ['csv', 'parquet'] }]);
    const [first, second] = [temporaryFolder(), temporaryFolder()];
    await backUp(resticEngine(root, first), root);
    const secrets = 'export RESTIC_PASSWORD=correct RESTIC_FROM_PASSWORD=correct';
    const copy = `${secrets}; restic -r "$0" init -q --copy-chunker-params --from-repo "$1" && restic -r "$0" copy -q --from-repo "$1"`;
    const { code, stderr } = await startChild('/bin/sh', ['-c', copy, second, first]).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const engine = resticEngine(temporaryFolder(), second);
    const [backup] = await engine.list();
    if (backup === undefined) throw new Error('no backup');
    expect((await checkBackup(engine, backup)).problems).toEqual([]);
    const to = join(temporaryFolder(), 'passive');
    await restoreBackup(engine, { backup, to, series: undefined, overwrite: false, run: 'restore' });
    expect(contents(to)).toEqual(contents(root));
  },
);
