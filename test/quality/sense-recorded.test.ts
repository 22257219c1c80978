import { describe, expect, it } from 'vitest';
import type { SenseKind } from '../../src/quality/sense-finding.ts';
import { senseFindings } from '../../src/quality/sense.ts';
import { exchangeNames, NO_RECORDINGS } from '../support/recorded.ts';
import { csvNames, periodOf, readChart, readCsv } from './recorded-csv.ts';

/** Files of a known fault and the kind that has to be found in them and not in their repaired form. */
const PAIRS: readonly (readonly [string, ...SenseKind[]])[] = [
  ['1398-HK-1d-bad-div', 'dividend-adjustment'],
  ['4063-T-1d-bad-div', 'dividend-amount'],
  ['8TRA-DE-1d-missing-div-adjust', 'dividend-adjustment'],
  ['ADIG-L-1d-bad-div', 'dividend-adjustment'],
  ['ALPHA-PA-1d-bad-stock-split', 'split-in-part'],
  ['AV-L-1wk-bad-stock-split', 'split-not-followed'],
  ['CLC-L-1d-bad-div', 'dividend-adjustment'],
  ['DEX-AX-1d-bad-stock-split', 'split-in-part'],
  ['KEN-TA-1d-bad-div', 'dividend-adjustment', 'dividend-phantom'],
  ['LSC-L-1d-bad-div', 'dividend-amount', 'adjusted-close'],
  ['NVT-L-1d-bad-div', 'dividend-amount'],
  ['REL-L-1d-bad-div', 'dividend-amount', 'dividend-adjustment'],
  ['SAND-1d-bad-div', 'dividend-phantom'],
  ['SERE-L-1d-bad-div', 'dividend-adjustment'],
  ['SSW-JO-1d-100x-error', 'price-unit'],
  ['TENT-L-1d-bad-div', 'dividend-amount'],
];

/** What repaired files still hold, and is really there: blocks of prices 100 times off, and one dividend that the adjusted closes count twice. */
const LEFT_IN_REPAIRED: Readonly<Record<string, readonly SenseKind[]>> = {
  'CLC-L-1d-bad-div': ['price-unit'],
  'LSC-L-1d-bad-div': ['price-unit'],
  'NVT-L-1d-bad-div': ['price-unit'],
  'SAND-1d-bad-div': ['dividend-adjustment'],
};

function kindsIn(file: string): SenseKind[] {
  return [...new Set(senseFindings(readCsv(file), periodOf(file)).map(({ kind }) => kind))].sort();
}

describe.skipIf(NO_RECORDINGS !== undefined)(
  `recorded histories with known faults${NO_RECORDINGS === undefined ? '' : ` (${NO_RECORDINGS})`}`,
  () => {
    it('the table below names every pair', () => {
      const repaired = csvNames().filter((name) => name.endsWith('-fixed.csv'));
      expect(PAIRS.map(([name]) => `${name}-fixed.csv`)).toEqual(repaired);
    });

    it.each(PAIRS)('%s: the fault is found as %s, and no longer once repaired', (name, ...kinds) => {
      const left = LEFT_IN_REPAIRED[name] ?? [];
      expect(kindsIn(`${name}-fixed.csv`)).toEqual([...left].sort());
      const alsoThere = name === 'SAND-1d-bad-div' ? [] : left;
      expect(kindsIn(`${name}.csv`)).toEqual([...kinds, ...alsoThere].sort());
    });

    it('nothing is found in histories without a fault', () => {
      const clean = csvNames().filter((name) => name.endsWith('-no-bad-divs.csv'));
      expect(clean.length).toBeGreaterThan(4);
      for (const name of clean) expect(senseFindings(readCsv(name), periodOf(name)), name).toEqual([]);
    });

    it('nothing is found in answers of years with strong moves and splits', () => {
      for (const name of exchangeNames().filter((each) => /^(old-historicalv8|historical|chart)-/.test(each))) {
        const found = senseFindings(readChart(name), '1d');
        expect(found, name).toEqual([]);
      }
    });
  },
);
