import { expect, it } from 'vitest';
import { seriesOf } from '../../src/market/series.ts';
import { encodeSeries } from '../../src/store/encoding.ts';
import type { Manifest, StoredFile } from '../../src/store/manifest-form.ts';
import { remakeFiles } from '../../src/store/rebuilt-files.ts';
import { bars } from './workspace.ts';

const SERIES = seriesOf({ class: 'stock', id: 'SPY', code: 'SPY' }, undefined, '1d');
const BARS = bars(30);

/** A manifest whose Parquet was packed by another zlib. */
async function elsewhere(formats: readonly ('csv' | 'parquet')[]): Promise<Manifest> {
  const labels = { instrument: 'SPY', symbol: 'SPY', provider: 'yahoo', period: '1d' };
  const files: StoredFile[] = [];
  for (const format of formats) {
    for (const { path, checksum } of await encodeSeries(SERIES.key, '1d', BARS, format, labels)) {
      const { bytes, sha256 } = format === 'csv' ? checksum : { bytes: 77, sha256: '7'.repeat(64) };
      files.push({ path, format, bytes, sha256, mtime_ms: 0 });
    }
  }
  return {
    schema: 1,
    series: SERIES.key,
    instrument: 'SPY',
    class: 'stock',
    symbol: 'SPY',
    period: '1d',
    commit: 1,
    provider: 'yahoo',
    coverage: [],
    rows: 30,
    tail: [],
    columns: [],
    revisions: 0,
    files,
    updated_at: '',
    run: '',
  };
}

it('Parquet of the same bars in other bytes is made again where the CSV bears the bars out, and known by its own checksum', async () => {
  const manifest = await elsewhere(['csv', 'parquet']);
  const remade = await remakeFiles(manifest, BARS, manifest.files);
  expect(remade.map(({ file, content }) => [file.path, file.bytes === content.length])).toEqual([
    ['stocks/1d/SPY.csv', true],
    ['stocks/1d/SPY.parquet', true],
  ]);
});

it('Parquet alone that comes out otherwise is refused: nothing bears its bars out', async () => {
  const manifest = await elsewhere(['parquet']);
  await expect(remakeFiles(manifest, BARS, manifest.files)).rejects.toThrow(/is not what was stored as .*SPY.parquet/);
});
