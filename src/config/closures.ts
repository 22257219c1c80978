import type { Closure } from '../market/exchange-table.ts';
export function closuresOf(_c: unknown): Closure[] {
  return [];
}
