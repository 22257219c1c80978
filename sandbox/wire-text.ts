import { priceOf } from './securities.ts';
import type { PriceScale } from './securities.ts';

/** Above this many ticks a text is made anew each time. */
const MOST_TICKS = 200_000;

const tables = new Map<string, (string | undefined)[]>();

/** The text of a price as providers send it that hold prices as float32 and write them as doubles. */
export function float32Text(price: number): string {
  const sent = Math.fround(price);
  return Number.isFinite(sent) ? String(sent) : 'null';
}

/**
 * Texts of prices in ticks, remembered: many series share the same few thousand prices.
 * @param factor what every price is multiplied by
 */
export function tickTexts(scale: PriceScale, factor: number): (ticks: number) => string {
  const key = `${scale.step}/${scale.scale}*${factor}`;
  const table = tables.get(key) ?? [];
  if (factor === 1) tables.set(key, table);
  return (ticks) => {
    if (ticks >= MOST_TICKS || ticks < 0) return float32Text(priceOf(ticks * factor, scale));
    return (table[ticks] ??= float32Text(priceOf(ticks * factor, scale)));
  };
}
