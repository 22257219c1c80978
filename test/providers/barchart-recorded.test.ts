import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../../src/market/futures-cycle.ts';
import { barchart } from '../../src/providers/barchart/index.ts';
import { ACCOUNT, FOOTER, siteOf } from '../support/barchart-site.ts';
import { NO_RECORDINGS, recordedFolder } from '../support/recorded.ts';
import { atWork, faultsOf, request, stampsOf } from '../support/session.ts';

const NOW = '2026-03-01T12:00:00Z';
const NAMES =
  NO_RECORDINGS === undefined && process.env['RECORDED_DIR'] !== undefined
    ? readdirSync(recordedFolder('barchart-contracts'))
    : [];

if (NO_RECORDINGS !== undefined) console.warn(NO_RECORDINGS);

/** 2024-01-30T06:00:00+0000, as a clock in Chicago shows it. */
function inChicago(stamp: string): string {
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'America/Chicago',
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return clock.format(Date.parse(stamp.replace('+0000', 'Z')));
}

/** Files that others downloaded, put back into the form that they came in. */
describe.skipIf(NO_RECORDINGS !== undefined)('real contracts come through as they are', () => {
  it.each(NAMES)('%s', async (name) => {
    const [, size = '', id = '', year = '', month = ''] = /^(Day|Hour)_(.+)_(\d{4})(\d\d)00\.csv$/.exec(name) ?? [];
    const period = size === 'Day' ? '1d' : '1h';
    const lines = readFileSync(join(recordedFolder('barchart-contracts'), name), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1);
    const rows = lines.map((line) => {
      const [stamp = '', ...values] = line.split(',');
      return { stamp: period === '1d' ? inChicago(stamp).slice(0, 10) : inChicago(stamp), utc: stamp, values };
    });
    const body = [
      'Time,Open,High,Low,Latest,Volume',
      ...rows.map(({ stamp, values }) => [stamp, ...values].join(',')),
      FOOTER,
    ];
    const site = await siteOf(body.join('\r\n'));
    const instrument = { class: 'future', id, code: 'XX' } as const;
    const contract = contractOf(instrument.code, Number(year), Number(month), 3_000, Date.parse(NOW));
    const asked = request({
      instrument,
      contract,
      period,
      from: period === '1d' ? '1978-01-01' : '2023-08-01T00:00:00Z',
      to: period === '1d' ? '2026-03-01' : '2026-03-01T00:00:00Z',
    });
    const { bars, dropped } = await atWork(barchart, { base_url: site.url, ...ACCOUNT }, NOW).fetch(asked);
    // SONIA3 of 2023-10-12 traded twice, with a high below its low; the like of it without trade is a settlement.
    const good = rows.filter(({ values: [, high, low, , volume] }) => Number(high) >= Number(low) || volume === '0');
    expect(dropped).toEqual(good.length === rows.length ? {} : { 'high-below-low': rows.length - good.length });
    expect(rows.length - good.length).toBe(name === 'Day_SONIA3_20231200.csv' ? 1 : 0);
    expect(faultsOf(bars, asked)).toEqual([]);
    expect(stampsOf(bars, period)).toEqual(
      good.map(({ stamp, utc }) => (period === '1d' ? stamp : utc.replace('+0000', 'Z'))),
    );
    const columns = [bars.open, bars.high, bars.low, bars.close, bars.volume];
    expect(good.map((_, row) => columns.map((column) => column[row]))).toEqual(
      good.map(({ values }) => values.map(Number)),
    );
  });
});
