import { DAY_MS } from '../market/period.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { WantedSeries } from './wanted.ts';

/** The wish with the contract's true last trade date, where a source has told it, in place of the end of its month. */
export function withExpiry(wanted: WantedSeries, { expires }: Pick<StoredSeries, 'expires'>): WantedSeries {
  const { series, range } = wanted;
  const { contract } = series;
  if (contract === undefined || expires === undefined) return wanted;
  const life = { from: contract.life.from, to: Math.min(contract.life.to, expires + DAY_MS) };
  return {
    ...wanted,
    series: { ...series, contract: { ...contract, life } },
    range: { from: range.from, to: Math.min(range.to, life.to) },
  };
}
