import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const folder = process.env['RECORDED_DIR'];

/** Why tests on recorded data are skipped; undefined when they run. In CI they run, or fail. */
export const NO_RECORDINGS: string | undefined =
  folder === undefined && process.env['CI'] !== 'true'
    ? 'skipped: RECORDED_DIR names no folder of recorded answers'
    : undefined;

/** A folder of recorded answers. */
export function recordedFolder(name: string): string {
  if (folder === undefined) throw new Error('RECORDED_DIR is not set; in CI it must be');
  const path = join(folder, name);
  if (!existsSync(path)) throw new Error(`RECORDED_DIR has no ${name}: ${path}`);
  return path;
}

const column = z.array(z.number().nullable());
const exchange = z.object({
  request: z.object({ url: z.string() }),
  response: z.object({
    status: z.number(),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    bodyJson: z.object({
      chart: z.object({
        result: z
          .array(
            z.object({
              meta: z.looseObject({
                symbol: z.string(),
                currency: z.string(),
                exchangeTimezoneName: z.string(),
                dataGranularity: z.string(),
                instrumentType: z.string(),
              }),
              timestamp: z.array(z.number()).optional(),
              events: z
                .object({
                  dividends: z.record(z.string(), z.object({ amount: z.number(), date: z.number() })).optional(),
                  splits: z
                    .record(z.string(), z.object({ date: z.number(), numerator: z.number(), denominator: z.number() }))
                    .optional(),
                })
                .optional(),
              indicators: z.object({
                quote: z.array(
                  z.object({ open: column, high: column, low: column, close: column, volume: column }).partial(),
                ),
                adjclose: z.array(z.object({ adjclose: column.optional() })).optional(),
              }),
            }),
          )
          .nullable(),
        error: z.object({ code: z.string(), description: z.string() }).nullable(),
      }),
    }),
  }),
});

/** One recorded exchange of the chart endpoint. */
export type Exchange = z.infer<typeof exchange>;
type Result = NonNullable<Exchange['response']['bodyJson']['chart']['result']>[number];

export function readExchange(name: string): Exchange {
  return exchange.parse(JSON.parse(readFileSync(join(recordedFolder('yahoo'), name), 'utf8')));
}

export function exchangeNames(): string[] {
  return readdirSync(recordedFolder('yahoo')).sort();
}

/** One row of a recorded answer as it stands there, with the date that a clock at the exchange showed. */
export interface RecordedRow {
  readonly instant: number;
  /** 2020-01-02 */
  readonly date: string;
  readonly values: Readonly<Record<'open' | 'high' | 'low' | 'close' | 'volume' | 'adjclose', number | null>>;
}

/** The result of an exchange that has one. */
export function resultIn({ response }: Exchange): Result {
  const [result] = response.bodyJson.chart.result ?? [];
  if (result === undefined) throw new Error('the recorded answer has no result');
  return result;
}

/** Reads the rows without any of our own code: dates by Intl, values untouched. */
export function recordedRows({ meta, timestamp = [], indicators }: Result): RecordedRow[] {
  const { exchangeTimezoneName: timeZone } = meta;
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const quote = indicators.quote[0] ?? {};
  const adjusted = indicators.adjclose?.[0]?.adjclose;
  return timestamp.map((seconds, row) => ({
    instant: seconds * 1000,
    date: date.format(seconds * 1000),
    values: {
      open: quote.open?.[row] ?? null,
      high: quote.high?.[row] ?? null,
      low: quote.low?.[row] ?? null,
      close: quote.close?.[row] ?? null,
      volume: quote.volume?.[row] ?? null,
      adjclose: adjusted?.[row] ?? null,
    },
  }));
}

/** The shortest decimal text of a float32, found by trying one digit after the other. */
export function shortestFloat32(recorded: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(recorded.toPrecision(digits));
    if (Math.fround(candidate) === Math.fround(recorded)) {
      // A value that no float32 was widened to stays as it is.
      return Math.fround(recorded) === recorded ? String(candidate) : String(recorded);
    }
  }
  return String(recorded);
}
