import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { RawArchive } from '../../src/raw/archive.ts';
import { appendItems, packPaths, readIndex, readItem } from '../../src/raw/pack.ts';
import { RawListing } from '../../src/raw/reader.ts';
import { readSizes } from '../../src/raw/sizes.ts';
import { SeriesStore } from '../../src/store/series-store.ts';
import { temporaryFolder } from '../support/folder.ts';
import { archived, bodies, listed, NO_LIMITS, packs, told } from './archiving.ts';
import { failOneWrite } from '../store/broken-writes.ts';
import { bars, change, SPY, stock } from '../store/workspace.ts';

describe('a pack', () => {
  const NOW = '2024-01-01';
  const run = '20240101T000000Z-aaaa';

  /** One run that keeps an answer of each of three series. */
  async function three(root: string): Promise<string> {
    const store = new SeriesStore(root, run, () => Date.parse(NOW));
    const raw = new RawArchive(root, run, Date.parse(NOW), NO_LIMITS, (key) => store.manifestOf(key));
    for (const series of [SPY, stock('KO'), stock('GE')]) {
      await store.commit(await raw.keep(change(series, store.read(series), bars(10)), told(series.key)));
    }
    await store.close();
    await raw.close(true);
    return join(root, '.vortex/raw', packs(root)[0] ?? '');
  }

  it('has all answers of a run one after the other, each readable without the others', async () => {
    const root = temporaryFolder();
    const pack = await three(root);
    expect(archived(root)).toHaveLength(2);
    expect(listed(root)).toEqual([SPY.key, stock('KO').key, stock('GE').key]);
    expect(
      gunzipSync(readFileSync(pack))
        .toString('utf8')
        .match(/\{"schema":1,/g),
    ).toHaveLength(3);
    for (const series of [SPY, stock('KO'), stock('GE')]) expect(bodies(root, series)).toEqual([series.key]);
  });

  it('that is damaged in one place refuses the series of that place, and no other', async () => {
    const root = temporaryFolder();
    const pack = await three(root);
    const content = readFileSync(pack);
    const third = Math.floor(content.length / 2);
    content[third] = (content[third] ?? 0) ^ 0xff;
    writeFileSync(pack, content);
    expect(bodies(root)).toEqual([SPY.key]);
    expect(() => bodies(root, stock('KO'))).toThrow('raw item 1 of 1 is damaged or not ours');
    expect(bodies(root, stock('GE'))).toEqual([stock('GE').key]);
  });

  it('or an index that a power cut has shortened loses only what stood there', async () => {
    for (const ending of ['.items.gz', '.index']) {
      const root = temporaryFolder();
      const path = (await three(root)).replace('.items.gz', ending);
      truncateSync(path, readFileSync(path).length - 3);
      expect(bodies(root)).toEqual([SPY.key]);
      expect(bodies(root, stock('KO'))).toEqual([stock('KO').key]);
      expect(() => bodies(root, stock('GE'))).toThrow(ending === '.index' ? 'is gone' : 'is damaged');
    }
  });

  it('to which half an item was written takes the next one behind it', async () => {
    const root = temporaryFolder();
    const pack = await three(root);
    appendFileSync(pack, 'half an item');
    appendItems(root, run, [
      { series: 'x', history: 'h', index: 1, day: 'yahoo/2024/01/01', content: readFileSync(pack).subarray(0, 20) },
    ]);
    const index = readFileSync(pack.replace('.items.gz', '.index'), 'utf8');
    const length = readFileSync(pack).length;
    expect(index.endsWith(`x\th\t1\t${length - 20}\t20\n`)).toBe(true);
  });

  it('whose index line was cut short by a full disk takes the next one as it is', () => {
    const root = temporaryFolder();
    const item = (series: string) => ({
      series,
      history: 'h',
      index: 1,
      day: 'yahoo/2024/01/01',
      content: Buffer.from(series),
    });
    mkdirSync(join(root, '.vortex/raw/yahoo/2024/01/01'), { recursive: true });
    failOneWrite((text) => text.startsWith('GE\t'));
    appendItems(root, run, [item('KO')]);
    expect(() => {
      appendItems(root, run, [item('GE')]);
    }).toThrow('the disk is full');
    appendItems(root, run, [item('SPY')]);
    const { pack, index } = packPaths(root, 'yahoo/2024/01/01', run);
    const places = readIndex(index);
    expect(places.map(({ series }) => series)).toEqual(['KO', 'SPY']);
    expect(places.map((place) => readItem(pack, place)?.toString())).toEqual(['KO', 'SPY']);
  });

  it('is found among folders and files that somebody put into the archive', async () => {
    const root = temporaryFolder();
    await three(root);
    const raw = join(root, '.vortex/raw');
    mkdirSync(join(raw, 'yahoo/2024/01/01/notes.index'));
    mkdirSync(join(raw, 'yahoo/copy/of/mine'), { recursive: true });
    writeFileSync(join(raw, 'yahoo/copy/of/mine/x.index'), 'stocks/1d/SPY\tx\t1\t0\t5\n');
    writeFileSync(join(raw, 'yahoo/2024/01/01/binary.index'), Buffer.alloc(5000, 0xff));
    writeFileSync(join(raw, 'yahoo/2024/notes.txt'), 'mine');
    for (const series of [SPY, stock('KO'), stock('GE')]) expect(bodies(root, series)).toEqual([series.key]);
    rmSync(join(raw, 'sizes.json'));
    expect(Object.keys(readSizes(root).days)).toEqual(['yahoo/2024/01/01']);
  });

  it('is read for the series that are asked for, and for no other', async () => {
    const root = temporaryFolder();
    await three(root);
    expect(new RawListing(root, (series) => series === stock('KO').key).series()).toEqual([stock('KO').key]);
  });
});
