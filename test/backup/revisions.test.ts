import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { chunksOf, closeEntry } from '../../src/backup/entry.ts';
import type { SnapshotEntry } from '../../src/backup/entry.ts';
import { pinSeries } from '../../src/backup/pinned.ts';
import { parseManifest } from '../../src/store/manifest.ts';
import { revisionsPath } from '../../src/store/revisions.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import { temporaryFolder } from '../support/folder.ts';
import { putSeries } from '../support/stored.ts';

const HEADER = 'Seen,Run,Datetime,Kind,Column,Old,New\n';
const line = (day: number): string => `2024-07-0${day}T06:00:00.000Z,run-${day},2024-07-01,price,Close,1,2\n`;

/** What a backup has of a series whose log was made anew after its manifest had been read. */
async function pinned(committed: string, log: string | undefined) {
  const root = temporaryFolder();
  const [key = ''] = await putSeries(root, [{ id: 'SPY', stamps: ['2024-07-02'] }]);
  const manifest = new SeriesStore(root, 'look', () => 0).manifestOf(key);
  if (manifest === undefined) throw new Error('there is no manifest');
  const path = revisionsPath(root, key);
  mkdirSync(dirname(path), { recursive: true });
  if (log !== undefined) writeFileSync(path, log);
  const { entries = [] } = pinSeries(root, { ...manifest, revision_bytes: Buffer.byteLength(committed) }) ?? {};
  const read = (start: string): string | undefined => {
    const entry: SnapshotEntry | undefined = entries.find((each) => each.path.startsWith(start));
    return entry && Buffer.concat([...chunksOf(entry)]).toString('utf8');
  };
  const [own, told] = [read('.vortex/series/'), read('.vortex/revisions/')];
  entries.forEach(closeEntry);
  return { known: parseManifest(Buffer.from(own ?? ''), 'manifest')?.revision_bytes, log: told };
}

it('a log of revisions is in a backup up to its committed end', async () => {
  const committed = HEADER + line(1) + line(2);
  expect(await pinned(committed, committed + line(3))).toEqual({ known: committed.length, log: committed });
});

it('of a log that was cut by its retention meanwhile, the manifest in the backup knows what is there', async () => {
  const log = HEADER + line(3);
  expect(await pinned(HEADER + line(1) + line(2) + line(3), log)).toEqual({ known: log.length, log });
  expect(await pinned(HEADER + line(1), undefined)).toEqual({ known: undefined, log: undefined });
});

it('of a log that was cut and has grown again, whole lines are in the backup', async () => {
  const log = `${HEADER}${line(3)}${line(4).replace('run-4', 'run-with-a-longer-name')}`;
  const told = HEADER + line(3);
  expect(await pinned(HEADER + line(1) + line(2), log)).toEqual({ known: told.length, log: told });
});
