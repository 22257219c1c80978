import { weekday } from '../calendar.ts';
import type { Closure, ExchangeTable } from '../exchange-table.ts';
export function exchangeTable(id: string, closures: readonly Closure[] = []): ExchangeTable | undefined {
  const out = new Set(closures.filter((c) => c.exchange === id).map(({ date }) => date));
  return {
    id,
    zone: 'UTC',
    isProven: true,
    day: (date) => ({ isDue: !out.has(date) && (id === 'COINS' || weekday(date) % 6 !== 0) }),
  };
}
