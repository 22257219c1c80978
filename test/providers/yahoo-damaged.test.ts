import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countDropped } from '../../src/market/bar-checks.ts';
import { VortexError } from '../../src/market/errors.ts';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import { at, chartBody } from '../support/chart.ts';
import { answer, serve } from '../support/loopback.ts';
import { atWork, faultsOf, request, stock } from '../support/session.ts';

const stamps = ['03', '04', '05'].map((day) => `2024-06-${day}T13:30:00Z`);
const split = { date: at('2024-06-04T13:30:00Z'), numerator: 4, denominator: 1 };
const session = {
  timezone: 'EDT',
  start: at('2024-06-05T13:30:00Z'),
  end: at('2024-06-05T20:00:00Z'),
  gmtoffset: -14_400,
};
const whole = chartBody({
  stamps,
  close: [1, 2, 3],
  adjclose: [1, 2, 3],
  events: { dividends: { '1': { amount: 0.25, date: split.date } }, splits: { '1': split } },
  meta: { currentTradingPeriod: { regular: session }, firstTradeDate: 1 },
});

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function isJson(value: unknown): value is Json {
  return value === null || ['boolean', 'number', 'string', 'object'].includes(typeof value);
}

/** Every way down into a value. */
function pathsIn(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (value === null || typeof value !== 'object') return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]))];
}

/** A copy in which the value at a path is another one, or gone. */
function replaced(value: Json, [key, ...rest]: readonly string[], by: Json | undefined): Json | undefined {
  if (key === undefined) return by;
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, Json][] => {
    if (name !== key) return [[name, inner]];
    const changed = replaced(inner, rest, by);
    return changed === undefined ? [] : [[name, changed]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

it('an answer with any one thing damaged is a VortexError, or its rows are all there or counted', async () => {
  const parsed: unknown = JSON.parse(whole);
  if (!isJson(parsed)) throw new Error('unreachable');
  let body = '';
  const server = await serve((_, response) => {
    answer(response, 200, body);
  });
  const asked = request({ instrument: stock('SPY'), period: '1d', from: '2024-06-03', to: '2024-06-08' });
  const work = atWork(yahoo, { base_url: server.url }, '2024-07-13T12:00:00Z');
  const junk = fc.constantFrom<Json | undefined>(
    undefined,
    null,
    '',
    'x',
    -1,
    0.5,
    1e300,
    true,
    [],
    {},
    [null],
    'Infinity',
  );
  const paths = pathsIn(parsed).filter((path) => path.length > 0);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), junk, async (path, by) => {
      body = JSON.stringify(replaced(parsed, path, by));
      try {
        const { bars, dropped } = await work.fetch(asked);
        expect(faultsOf(bars, asked)).toEqual([]);
        expect(bars.time.length + countDropped(dropped)).toBe(3);
      } catch (error) {
        if (!(error instanceof VortexError)) throw error;
        expect(error.code).not.toBe('internal');
      }
    }),
    { numRuns: 600 },
  );
});
