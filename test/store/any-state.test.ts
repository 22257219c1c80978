import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { barsWithin } from '../../src/market/bars.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import { rowsOf } from '../market/rows.ts';
import { contents, dataFiles, everythingIn, temporaryFolder } from '../support/folder.ts';
import { barsOf, commitVersion, KEPT } from './versions.ts';

type Files = Readonly<Record<string, Buffer>>;

function snapshot(root: string): Files {
  const paths = everythingIn(root).filter((path) => !path.endsWith('/'));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path))]));
}

/** The folder as it is after so many runs, each of which stored one version more. */
async function afterRuns(count: number): Promise<Files> {
  const root = temporaryFolder();
  for (let version = 1; version <= count; version++) await commitVersion(root, `run-${version}`, version);
  return snapshot(root);
}

/** What may have become of a file: as one of two runs left it, gone, or changed by somebody, with its length or without. */
const FATES = ['old', 'new', 'new', 'gone', 'edited', 'longer'] as const;
type Fate = (typeof FATES)[number];

function fileOf(fate: Fate, old: Buffer | undefined, fresh: Buffer | undefined): Buffer | undefined {
  if (fate === 'gone') return undefined;
  const content = fate === 'old' ? old : (fresh ?? old);
  if (content === undefined || fate === 'old' || fate === 'new') return content;
  const edited = Buffer.concat([content, Buffer.from(fate === 'longer' ? '\n' : '')]);
  edited[edited.length >> 1] = (edited[edited.length >> 1] ?? 0) ^ 1;
  return edited;
}

const state = fc.record({
  fates: fc.array(fc.constantFrom(...FATES), { minLength: 24, maxLength: 24 }),
  manifests: fc.array(fc.constantFrom('old', 'new', 'new', 'gone', 'torn'), { minLength: 3, maxLength: 3 }),
  journal: fc.constantFrom('open', 'open', 'closed', 'torn', 'gone'),
});

const manifestOf = (key: string): string => `.vortex/series/${key}.json`;

/** Content of every file under quarantine. */
function setAside(root: string): string[] {
  return Object.entries(snapshot(root))
    .filter(([path]) => path.startsWith('.vortex/quarantine/'))
    .map(([, content]) => content.toString('base64'));
}

it('whatever became of files, manifests and journal: no wrong bar is taken for known, and no edit is overwritten', async () => {
  const [before, after, wanted] = [await afterRuns(1), await afterRuns(2), await afterRuns(3)];
  const whole = Object.fromEntries(
    Object.entries(wanted).flatMap(([path, content]) =>
      path.startsWith('.vortex') ? [] : [[path, content.toString('base64')]],
    ),
  );
  const paths = Object.keys(after).filter((path) => !path.startsWith('.vortex'));
  const journal = after['.vortex/journal']?.toString() ?? '';
  const open = journal.slice(0, journal.lastIndexOf('{"closed"'));
  const journals = { open, closed: journal, torn: open.slice(0, -40), gone: undefined };

  await fc.assert(
    fc.asyncProperty(state, async ({ fates, manifests, journal: left }) => {
      const root = temporaryFolder();
      const put = (path: string, content: Buffer | string | undefined): void => {
        if (content === undefined) return;
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), content);
      };
      const edits: string[] = [];
      paths.forEach((path, index) => {
        const fate = fates[index] ?? 'new';
        const content = fileOf(fate, before[path], after[path]);
        put(path, content);
        if (content !== undefined && (fate === 'edited' || fate === 'longer')) edits.push(content.toString('base64'));
      });
      KEPT.forEach(({ series }, index) => {
        const path = manifestOf(series.key);
        const fate = manifests[index] ?? 'new';
        if (fate === 'torn') put(path, after[path]?.subarray(0, 200));
        else put(path, fileOf(fate, before[path], after[path]));
      });
      put('.vortex/journal', journals[left]);

      const store = new SeriesStore(root, 'look', () => 0);
      for (const { series, step } of KEPT) {
        const known = store.read(series);
        const found = known.stored.coverage.length === 0 ? undefined : await store.loadBars(known);
        for (const { from, to } of known.stored.coverage) {
          // One of the versions that a run has stored, as far as it is said to be known.
          const rows = rowsOf(barsWithin(found ?? barsOf(0, step), from, to));
          const version = (known.version?.run ?? '').slice('run-'.length);
          expect(['1', '2']).toContain(version);
          expect(rows).toEqual(rowsOf(barsWithin(barsOf(Number(version), step), from, to)));
        }
      }

      await commitVersion(root, 'next', 3);
      expect(contents(root)).toEqual(whole);
      expect(dataFiles(root).filter((path) => path.endsWith('.tmp'))).toEqual([]);
      const kept = setAside(root);
      for (const edit of edits) expect(kept).toContain(edit);
      // Where the journal tells of both versions, neither is a stranger.
      if (left === 'open') expect(kept.length).toBe(edits.length);
      rmSync(root, { recursive: true });
    }),
    { numRuns: 20 },
  );
}, 60_000);
