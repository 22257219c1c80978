import { join } from 'node:path';
import * as z from 'zod';
import { formatTradeDate, parseTradeDate } from '../market/calendar.ts';
import type { TradeDate } from '../market/calendar.ts';
import { writeWhole } from '../disk/durable-file.ts';
import { readWhole } from '../disk/files.ts';
import { OWN_FOLDER } from '../disk/paths.ts';

const form = z.object({
  schema: z.literal(1),
  /** Sessions of which no series of the exchange has a bar, by exchange. */
  exchanges: z.record(z.string(), z.object({ silent: z.array(z.string()) })),
});

const pathOf = (root: string): string => join(root, OWN_FOLDER, 'exchanges.json');

/**
 * Sessions of which no series of an exchange had a bar, by exchange; none where nothing readable was noted.
 * @throws VortexError `folder-unusable`
 */
export function readSilentDates(root: string): Readonly<Record<string, readonly TradeDate[]>> {
  let value: unknown;
  try {
    value = JSON.parse(readWhole(pathOf(root))?.toString('utf8') ?? 'null');
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
  const known = form.safeParse(value);
  if (!known.success) return {};
  return Object.fromEntries(
    Object.entries(known.data.exchanges).map(([id, { silent }]) => [
      id,
      silent.flatMap((text) => parseTradeDate(text) ?? []),
    ]),
  );
}

/** Notes them. @throws VortexError `disk-full`, `folder-unusable` */
export async function noteSilentDates(
  root: string,
  dates: Readonly<Record<string, readonly TradeDate[]>>,
): Promise<void> {
  const exchanges = Object.fromEntries(
    Object.entries(dates).map(([id, silent]) => [id, { silent: silent.map(formatTradeDate) }]),
  );
  await writeWhole(pathOf(root), Buffer.from(`${JSON.stringify({ schema: 1, exchanges })}\n`));
}
