import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { adopt, HEADER, put } from '../support/foreign.ts';
import { temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { NO_RECORDINGS, recordedFolder } from '../support/recorded.ts';

const found = z.object({
  findings: z.array(z.object({ series: z.string(), kind: z.string(), detail: z.string(), severity: z.string() })),
});

/** What `verify` says of contracts that were imported, without what is only worth knowing. */
async function verified(files: Readonly<Record<string, string>>) {
  const cwd = temporaryFolder();
  put(cwd, files);
  const imported = await adopt(cwd);
  const { stdout } = await vortex(['verify', '--json'], { cwd });
  const findings = found.parse(JSON.parse(stdout)).findings.filter(({ severity }) => severity !== 'info');
  return { imported, findings };
}

/** Trading days of 2023 in order, without regard to holidays. */
const DAYS = Array.from({ length: 365 }, (_, day) => new Date(Date.UTC(2023, 0, 1 + day)))
  .filter((date) => date.getUTCDay() % 6 !== 0)
  .map((date) => date.toISOString().slice(0, 10));
/** From January to the middle of July: five months before December. */
const SPRING = DAYS.slice(0, 140);

/** A month of a market at about 20: closes swing by half a percent a day; `still` days repeat the one before, without volume. */
function month(still: readonly [number, number] | undefined, unit = 1, step = 0.1): string {
  let close = 20;
  const lines = SPRING.map((date, day) => {
    const isStill = still !== undefined && day >= still[0] && day < still[1];
    if (!isStill) close = 20 + step * ((day * 7) % 5) + day * 0.02;
    const text = (price: number): string => String(Number((price * unit).toPrecision(8)));
    const [open, high, low] = isStill ? [close, close, close] : [close - 0.05, close + 0.1, close - 0.1];
    return `${date},${[open, high, low, close].map(text).join()},${isStill ? 0 : 50 + (day % 9)}`;
  });
  return `${HEADER}${lines.join('\n')}\n`;
}

describe('months of one market', () => {
  it('a quiet back month among quiet neighbours has no finding', async () => {
    const quiet = [60, 70] as const;
    const { findings } = await verified({
      'Day_MILK_20231000.csv': month(quiet),
      'Day_MILK_20231100.csv': month(quiet),
      'Day_MILK_20231200.csv': month(quiet),
    });
    expect(findings.filter(({ kind }) => kind === 'stale-bars' || kind === 'volume')).toEqual([]);
  });

  it('a month that stands still while both of its neighbours move is found, and by their move', async () => {
    const { findings } = await verified({
      'Day_MILK_20231000.csv': month(undefined, 1, 0.6),
      'Day_MILK_20231100.csv': month([60, 70]),
      'Day_MILK_20231200.csv': month(undefined, 1, 0.6),
    });
    expect(findings.map(({ series, kind }) => [series, kind])).toContainEqual([
      'futures/1d/MILK/MILK_20231100',
      'stale-bars',
    ]);
    expect(findings.map(({ detail }) => detail).join()).toContain('while the months next to it moved');
  });

  it('where one neighbour stood still too, a month that stands still is no finding', async () => {
    const { findings } = await verified({
      'Day_MILK_20231000.csv': month([60, 70], 1, 0.6),
      'Day_MILK_20231100.csv': month([60, 70]),
      'Day_MILK_20231200.csv': month(undefined, 1, 0.6),
    });
    expect(findings.filter(({ series }) => series.endsWith('20231100'))).toEqual([]);
  });

  it('a month that is quoted by another magnifier than the others says that it is a power of ten', async () => {
    const { findings } = await verified({
      'Day_JPY_20230900.csv': month(undefined),
      'Day_JPY_20231200.csv': month(undefined, 1e-6),
      'Day_JPY_20240300.csv': month(undefined),
    });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ series: 'futures/1d/JPY/JPY_20231200', kind: 'price-unit' });
    expect(findings[0]?.detail).toContain(
      'prices 1000000 times below those of most other months of JPY: a power of ten',
    );
  });
});

describe.skipIf(NO_RECORDINGS !== undefined)('recorded contracts', () => {
  it('have no finding after import', async () => {
    const folder = recordedFolder('barchart-contracts');
    const names = readdirSync(folder).filter((name) => name.endsWith('.csv'));
    expect(names.length).toBeGreaterThan(80);
    const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
    const { imported, findings } = await verified(files);
    expect(imported.rows.map(({ outcome }) => outcome)).toEqual(names.map(() => 'imported'));
    // SONIA3 of 2023-10-12: two lots, a high of 94.65 and a low of 94.6525; no bar of that day can be stored; it is suspect.
    expect(imported.rows.filter(({ dropped }) => dropped > 0)).toMatchObject([
      { file: 'Day_SONIA3_20231200.csv', dropped: 1, droppedReasons: { 'high-below-low': 1 } },
    ]);
    expect(findings).toEqual([]);
  });
});
