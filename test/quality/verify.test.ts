import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { takeSnapshot } from '../../src/backup/snapshot.ts';
import type { Finding } from '../../src/quality/finding.ts';
import { inventory } from '../../src/quality/inventory.ts';
import { verifyFolder } from '../../src/quality/verify.ts';
import { sha256 } from '../../src/disk/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import { edit, putSeries } from '../support/stored.ts';
import type { StoredWish } from '../support/stored.ts';

const NOW = Date.parse('2024-07-03T06:00:00Z');
// Monday to Friday.
const WEEK = ['2024-06-03', '2024-06-04', '2024-06-05', '2024-06-06', '2024-06-07'];
const SPY = 'stocks/1d/SPY.csv';
const MANIFEST = '.vortex/series/stocks/1d/SPY.json';

async function folderWith(...wishes: StoredWish[]): Promise<string> {
  const root = temporaryFolder();
  await putSeries(root, wishes.length === 0 ? [{ id: 'SPY', stamps: WEEK }] : wishes);
  return root;
}

const findings = async (root: string): Promise<readonly Finding[]> => (await verifyFolder(root, NOW, [])).findings;
const kinds = async (root: string): Promise<string[]> =>
  (await findings(root)).map(({ severity, kind }) => `${severity} ${kind}`);

/** Lets the manifest believe in the file as it stands, as if this program had written it. */
function believe(root: string, path = SPY): void {
  const content = readFileSync(join(root, path));
  const sum = sha256(content);
  edit(root, MANIFEST, (text) =>
    text.replace(/"bytes": \d+/, `"bytes": ${content.length}`).replace(/"sha256": "[0-9a-f]+"/, `"sha256": "${sum}"`),
  );
}

it('finds nothing in what the store wrote, in either format and at any period', async () => {
  const root = await folderWith(
    { id: 'SPY', stamps: WEEK, formats: ['csv', 'parquet'] },
    { id: 'KO', period: '1wk', stamps: ['2024-06-03', '2024-06-10'] },
    { id: 'KO', period: '1mo', stamps: ['2024-05-01', '2024-06-01'] },
    { id: 'SPY', period: '1h', stamps: ['2024-06-03T13:30:00Z', '2024-06-03T14:30:00Z'] },
    {
      id: 'SPY',
      period: '1m',
      stamps: ['2024-05-31T19:59:00Z', '2024-06-03T13:30:00Z', '2024-06-03T13:31:00Z'],
      formats: ['csv', 'parquet'],
    },
    { id: 'NONE', stamps: [], coverage: [['2024-06-03', '2024-06-07']] },
  );
  expect(await verifyFolder(root, NOW, [])).toMatchObject({ checked: { length: 6 }, findings: [] });
});

it.each<[string, (text: string) => string, string[]]>([
  ['cut within a line', (text) => text.slice(0, -5), ['file-changed', 'torn-line', 'rows', 'last']],
  ['cut at a line', (text) => text.slice(0, text.lastIndexOf('2024')), ['file-changed', 'rows', 'last']],
  ['saved with a byte order mark', (text) => `\u00EF\u00BB\u00BF${text}`, ['file-changed', 'byte-order-mark']],
  ['saved with CRLF', (text) => text.replaceAll('\n', '\r\n'), ['file-changed', 'carriage-return']],
  ['edited to another price', (text) => text.replace('04,11,', '04,12,'), ['file-changed']],
  [
    'edited to a high below the low',
    (text) => text.replace('2024-06-05,12,14,', '2024-06-05,12,01,'),
    ['file-changed', 'high-below-low'],
  ],
  [
    'given two rows of one stamp',
    (text) => text.replace('2024-06-05', '2024-06-04'),
    ['file-changed', 'duplicate-stamp'],
  ],
  [
    'given rows out of order',
    (text) => text.replace('2024-06-05', '2024-06-06').replace(/06-06(?=,13)/, '06-05'),
    ['file-changed', 'out-of-order'],
  ],
  [
    'given a stamp of another form',
    (text) => text.replace('2024-06-05', '06/05/2024'),
    ['file-changed', 'stamp-form', 'rows'],
  ],
  [
    'given a day that does not exist',
    (text) => text.replace('2024-06-05', '2024-06-31'),
    ['file-changed', 'stamp-form', 'rows'],
  ],
  [
    'given a field more',
    (text) => text.replace('2024-06-05,', '2024-06-05,,'),
    ['file-changed', 'field-count', 'rows'],
  ],
  [
    'given a word for a price',
    (text) => text.replace('2024-06-05,12', '2024-06-05,n/a'),
    ['file-changed', 'number-form'],
  ],
  ['given no close', (text) => text.replace(',13,100', ',,100'), ['file-changed', 'no-close']],
  ['given an infinite price', (text) => text.replace(',14,11,13,', ',Infinity,11,13,'), ['file-changed', 'non-finite']],
  ['given another header', (text) => text.replace('Open', 'open'), ['file-changed', 'columns']],
  ['emptied', () => '', ['file-changed', 'columns']],
])('a CSV that was %s', async (_, change, expected) => {
  const root = await folderWith();
  edit(root, SPY, change);
  expect((await kinds(root)).sort()).toEqual(expected.map((kind) => `error ${kind}`).sort());
});

it('tells file, line and what was expected', async () => {
  const root = await folderWith();
  edit(root, SPY, (text) => text.replace('2024-06-05,', '2024-06-05,,').replace('2024-06-06,', '2024-06-06,,'));
  const details = (await findings(root)).map(({ detail }) => detail);
  expect(details).toContain(`${SPY}: line 4 has 7 fields, not 6 (and 1 more)`);
  expect(details).toContain(`${SPY}: rows 3, by the manifest 5`);
});

it.each<[string, (text: string) => string, string]>([
  ['the number of rows', (text) => text.replace('"rows": 5', '"rows": 6'), 'error rows'],
  ['the first stamp', (text) => text.replace('"first": "2024-06-03"', '"first": "2024-06-01"'), 'error first'],
  ['the last stamp', (text) => text.replace('"last": "2024-06-07"', '"last": "2024-06-08"'), 'error last'],
  ['the columns', (text) => text.replace('"Volume"', '"Volume", "Dividends"'), 'error columns'],
  ['the coverage', (text) => text.replace(/("coverage"[^]*?)2024-06-07/, '$12024-06-06'), 'warning outside-coverage'],
  [
    'the length of the log of revisions',
    (text) => text.replace('"rows"', '"revision_bytes": 40, "rows"'),
    'error revisions-lost',
  ],
])('a manifest that lies on %s', async (_, change, expected) => {
  const root = await folderWith();
  edit(root, MANIFEST, change);
  expect(await kinds(root)).toEqual([expected]);
});

it('bars that are wrong by themselves are found though the manifest believes in the file', async () => {
  const root = await folderWith();
  edit(root, SPY, (text) => text.replace('2024-06-05,12,14,11,13', '2024-06-05,12,14,11,15'));
  believe(root);
  expect(await kinds(root)).toEqual(['info outside-high-low']);
  edit(root, SPY, (text) => text.replace('2024-06-06', '2024-06-05'));
  believe(root);
  expect(await kinds(root)).toEqual(['error duplicate-stamp', 'info outside-high-low']);
});

it('an intraday bar off the grid of its series', async () => {
  const stamps = ['2024-06-03T13:30:00Z', '2024-06-03T14:30:00Z', '2024-06-03T15:30:00Z'];
  const root = await folderWith({ id: 'SPY', period: '1h', stamps });
  edit(root, 'stocks/1h/SPY.csv', (text) => text.replace('14:30', '14:00'));
  expect(await kinds(root)).toEqual(['error file-changed', 'error off-grid']);
});

it('a Parquet file of another version of the series', async () => {
  const root = await folderWith({ id: 'SPY', stamps: WEEK, formats: ['csv', 'parquet'] });
  const other = await folderWith({ id: 'SPY', stamps: WEEK.slice(0, 4), formats: ['parquet'] });
  const parquet = 'stocks/1d/SPY.parquet';
  writeFileSync(join(root, parquet), readFileSync(join(other, parquet)));
  const found = await findings(root);
  expect(found.map(({ kind }) => kind).sort()).toEqual(['file-changed', 'formats-differ', 'last', 'rows']);
  expect(found.find(({ kind }) => kind === 'formats-differ')?.detail).toBe(
    'csv and parquet hold different bars: 5 and 4 rows',
  );
});

it('a Parquet file that is none', async () => {
  const root = await folderWith({ id: 'SPY', stamps: WEEK, formats: ['csv', 'parquet'] });
  edit(root, 'stocks/1d/SPY.parquet', (text) => text.slice(0, 100));
  expect(await kinds(root)).toEqual(['error file-changed', 'error file-unreadable']);
});

it('a manifest without its file, a file without its manifest, a manifest that cannot be read', async () => {
  const root = await folderWith({ id: 'SPY', stamps: WEEK }, { id: 'KO', stamps: WEEK }, { id: 'F', stamps: WEEK });
  rmSync(join(root, SPY));
  rmSync(join(root, '.vortex/series/stocks/1d/KO.json'));
  writeFileSync(join(root, '.vortex/series/stocks/1d/F.json'), '{"schema":1,');
  const found = (await findings(root)).map(({ series, kind, severity }) => [severity, series, kind]);
  expect(found).toEqual([
    ['error', 'stocks/1d/F', 'manifest-unreadable'],
    ['error', 'stocks/1d/SPY', 'file-missing'],
    ['warning', 'stocks/1d/F.csv', 'file-without-manifest'],
    ['warning', 'stocks/1d/KO.csv', 'file-without-manifest'],
  ]);
});

it('leftovers and strangers are told, but are no errors; what lies elsewhere is nobody’s business', async () => {
  const root = await folderWith();
  mkdirSync(join(root, 'notes'));
  for (const path of [`${SPY}.tmp`, '.vortex/series/stocks/1d/SPY.json.tmp', 'stocks/1d/readme.txt', 'notes/x.csv']) {
    writeFileSync(join(root, path), '');
  }
  expect((await findings(root)).map(({ series, kind, severity }) => [severity, series, kind])).toEqual([
    ['info', '.vortex/series/stocks/1d/SPY.json.tmp', 'leftover'],
    ['info', `${SPY}.tmp`, 'leftover'],
    ['info', 'stocks/1d/readme.txt', 'foreign-file'],
  ]);
});

it('what operating systems and file synchronisation leave is foreign, and makes no series of it', async () => {
  const root = await folderWith({ id: 'SPY', stamps: WEEK, formats: ['csv'] });
  const manifest = readFileSync(join(root, MANIFEST));
  const strangers = [
    '.DS_Store',
    'series/stocks/1d/._SPY.json',
    'series/stocks/1d/SPY 2.json',
    'series/stocks/1d/SPY (conflicted copy).json',
    'series/stocks/1d/SPY.sync-conflict-20240703-060000-ABCDEF1.json',
    'series/stocks/1d/SPY-LAPTOP.json',
    'series/stocks/1d/Thumbs.db',
  ].map((path) => `.vortex/${path}`);
  for (const path of [...strangers, 'stocks/1d/._SPY.csv']) {
    writeFileSync(join(root, path), path.endsWith('.json') && !path.includes('._') ? manifest : 'binary');
  }
  const audit = await verifyFolder(root, NOW, []);
  expect(audit.checked.map(({ series }) => series)).toEqual(['stocks/1d/SPY']);
  expect(audit.findings.map(({ series, kind, severity }) => `${severity} ${kind} ${series}`).sort()).toEqual(
    [...strangers, 'stocks/1d/._SPY.csv'].map((path) => `info foreign-file ${path}`).sort(),
  );
  expect(inventory(root, NOW).map(({ status }) => [status.series, status.state])).toEqual([['stocks/1d/SPY', 'ok']]);
  const found = { series: 0, damaged: [] };
  const wait = (): Promise<void> => Promise.resolve();
  const saved: string[] = [];
  for await (const entry of takeSnapshot({ root, now: NOW, config: [], raw: true, wait }, found))
    saved.push(entry.path);
  expect(found).toEqual({ series: 1, damaged: [] });
  expect(saved.filter((path) => path.includes('/series/'))).toEqual([MANIFEST]);
});

it('a settlement row is a word only, the same high below low on a day with trade an error', async () => {
  const root = await folderWith();
  edit(root, SPY, (text) => text.replace('2024-06-05,12,14,11,13,100', '2024-06-05,13,12,13,13,0'));
  believe(root);
  expect(await kinds(root)).toEqual(['info settlement-row']);
  edit(root, SPY, (text) => text.replace('2024-06-05,13,12,13,13,0', '2024-06-05,13,12,13,13,5'));
  believe(root);
  expect(await kinds(root)).toEqual(['error high-below-low']);
});

it('what a crash left behind the log of revisions is worth a word only', async () => {
  const root = await folderWith();
  mkdirSync(join(root, '.vortex/revisions/stocks/1d'), { recursive: true });
  writeFileSync(join(root, '.vortex/revisions/stocks/1d/SPY.csv'), 'torn');
  expect(await kinds(root)).toEqual(['info revisions-tail']);
});

it('a hole on a day on which most others traded is a warning; one on a holiday is not', async () => {
  const covered = [
    ['2024-06-03', '2024-06-04'],
    ['2024-06-06', '2024-06-07'],
  ] as const;
  const rest = WEEK.filter((day) => day !== '2024-06-05');
  const root = await folderWith(
    { id: 'HOLE', stamps: rest, coverage: covered },
    { id: 'A', stamps: WEEK },
    { id: 'B', stamps: WEEK },
    // On its own exchange 5 June is no holiday, but nobody can tell.
    { class: 'forex', id: 'EURUSD', stamps: rest, coverage: covered },
  );
  expect(await findings(root)).toEqual([
    {
      series: 'stocks/1d/HOLE',
      kind: 'missing-bars',
      detail: '2024-06-05 to 2024-06-05 is unknown, and most series of its kind traded on 2024-06-05',
      severity: 'warning',
    },
    {
      series: 'forex/1d/EURUSD',
      kind: 'gap',
      detail: 'nobody has asked for 2024-06-05 to 2024-06-05',
      severity: 'info',
    },
  ]);
});

it('a day that the source calls empty though the others traded is worth a word', async () => {
  const rest = WEEK.filter((day) => day !== '2024-06-05');
  const root = await folderWith({ id: 'HALT', stamps: rest }, { id: 'A', stamps: WEEK }, { id: 'B', stamps: WEEK });
  expect((await findings(root)).map(({ series, kind, severity }) => [series, kind, severity])).toEqual([
    ['stocks/1d/HALT', 'empty-day', 'info'],
  ]);
});

it('paths limit it to what lies there, by key or by file; a path of nothing is told', async () => {
  const root = await folderWith(
    { id: 'SPY', stamps: WEEK },
    { id: 'KO', stamps: WEEK },
    { id: 'SPY', period: '1wk', stamps: ['2024-06-03'] },
  );
  const checked = async (...under: string[]): Promise<string[]> =>
    (await verifyFolder(root, NOW, under)).checked.map(({ series }) => series);
  expect(await checked('stocks/1d')).toEqual(['stocks/1d/KO', 'stocks/1d/SPY']);
  expect(await checked('stocks/1d/SPY')).toEqual(['stocks/1d/SPY']);
  expect(await checked('stocks/1wk/SPY.csv', 'stocks/1d/KO')).toEqual(['stocks/1d/KO', 'stocks/1wk/SPY']);
  expect(await verifyFolder(root, NOW, ['stocks/1d/SP'])).toMatchObject({
    checked: [],
    unknown: [{ name: 'stocks/1d/SP' }],
  });
});
