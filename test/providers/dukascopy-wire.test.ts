import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dukascopy } from '../../src/providers/dukascopy/index.ts';
import { archive, EURO, JULY_2, NOW } from '../support/archive.ts';
import { candlesBody, emptyBody } from '../support/candles.ts';
import { answer, serve } from '../support/loopback.ts';
import { atWork, refusal, request, stampsOf } from '../support/session.ts';

/** What becomes of one body for the minutes of 2 July. */
async function read(body: string) {
  const { fetch } = await archive({ '/candles/minute/EUR-USD/BID/2024/7/2': body });
  return fetch(JULY_2);
}

describe('candles', () => {
  it('are running sums from a base, exact to the last digit, and what was not traded is no bar', async () => {
    const body = candlesBody({
      at: '2024-07-02',
      base: [1.14331, 1.14334, 1.14322, 1.14324],
      times: [3, 1, 5],
      opens: [0, -2, 10],
      highs: [0, 1, 10],
      lows: [0, -3, 10],
      closes: [0, 6, -9],
      volumes: [101.7, 0.000135, null],
    });
    const { bars } = await read(body);
    expect(stampsOf(bars, '1m').map((stamp) => stamp.slice(11, 16))).toEqual(['00:03', '00:04', '00:09']);
    expect([...bars.open]).toEqual([1.14331, 1.14329, 1.14339]);
    expect([...bars.high]).toEqual([1.14334, 1.14335, 1.14345]);
    expect([...bars.low]).toEqual([1.14322, 1.14319, 1.14329]);
    expect([...bars.close]).toEqual([1.14324, 1.1433, 1.14321]);
    expect([...bars.volume]).toEqual([101.7, 0.000135, Number.NaN]);
  });

  it('of any price and any number of decimals are the shortest text of the exact decimal', async () => {
    const row = fc.record({ step: fc.integer({ min: -5_000, max: 5_000 }), gap: fc.integer({ min: 1, max: 7 }) });
    const bodies: Record<string, string> = {};
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 1, max: 900_000_000 }),
        fc.array(row, { minLength: 1, maxLength: 50 }),
        async (decimals, start, rows) => {
          const steps = rows.map(({ step }, index) => (index === 0 ? 0 : step));
          const text = (units: number): string => {
            const digits = String(Math.abs(units)).padStart(decimals + 1, '0');
            const at = digits.length - decimals;
            const decimal = decimals === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
            return String(Number(`${units < 0 ? '-' : ''}${decimal}`));
          };
          bodies['/candles/minute/EUR-USD/BID/2024/7/2'] = candlesBody({
            at: '2024-07-02',
            multiplier: Number(`1e-${decimals}`),
            base: Number(text(start)),
            times: rows.map(({ gap }) => gap),
            opens: steps,
            highs: steps,
            lows: steps,
            closes: steps,
          });
          const { fetch } = await archive(bodies);
          const { bars } = await fetch(JULY_2);
          let units = start;
          const texts = steps.map((step) => text((units += step)));
          for (const name of ['open', 'high', 'low', 'close'] as const)
            expect(Array.from(bars[name], String)).toEqual(texts);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('may begin later than their file', async () => {
    const { bars } = await read(candlesBody({ at: '2024-07-02T21:00:00Z', times: [0, 2] }));
    expect(stampsOf(bars, '1m')).toEqual(['2024-07-02T21:00:00Z', '2024-07-02T21:02:00Z']);
  });

  it('in steps that are no power of ten are prices too', async () => {
    const body = candlesBody({
      at: '2024-07-02',
      multiplier: 0.25,
      base: 4_200.75,
      times: [0, 1],
      closes: [0, -2],
      lows: [0, -2],
    });
    expect([...(await read(body)).bars.close]).toEqual([4_200.75, 4_200.25]);
  });

  it('make longer bars: first open, highest high, lowest low, last close, and a sum of volumes without float dust', async () => {
    const body = candlesBody({
      at: '2024-07-02',
      times: [1, 1, 2, 5],
      opens: [0, 1, 1, 1],
      highs: [5, -2, 0, 0],
      lows: [-5, 2, 0, 0],
      closes: [0, 1, 1, 1],
      volumes: [0.1, 0.2, 0.3, null],
    });
    const { fetch } = await archive({ '/candles/minute/EUR-USD/BID/2024/7/2': body });
    const { bars } = await fetch({ ...JULY_2, period: '5m' });
    expect(stampsOf(bars, '5m').map((stamp) => stamp.slice(11, 16))).toEqual(['00:00', '00:05']);
    expect([bars.open[0], bars.high[0], bars.low[0], bars.close[0]]).toEqual([1.14331, 1.14336, 1.14326, 1.14333]);
    // A sum with an unknown part is unknown.
    expect([...bars.volume]).toEqual([0.6, Number.NaN]);
  });
});

describe('an answer of another form is told with its field and address', () => {
  const day = { at: '2024-07-02', times: [0, 1] };
  it.each([
    ['a list that is shorter', candlesBody({ ...day, closes: [0] }), 'closes has 1 values for 2 times'],
    ['volumes that are shorter', candlesBody({ ...day, volumes: [] }), 'volumes has 0 values for 2 times'],
    [
      'prices without times',
      candlesBody({ ...day, base: null, times: [], opens: [1] }),
      'opens has 1 values for 0 times',
    ],
    ['a base that is null for candles', candlesBody({ ...day, base: [1, 1, 1, null] }), 'close is null for 2 times'],
    ['a step that is null', candlesBody({ ...day, highs: [0, null] }), 'highs.1 is null'],
    ['a step that is a text', candlesBody({ ...day, lows: [0, '1'] }), 'lows.1 is "1"'],
    ['a step in parts', candlesBody({ ...day, opens: [0, 0.5] }), 'opens.1 is 0.5'],
    ['a time in parts', candlesBody({ ...day, times: [0, 0.5] }), 'times.1 is 0.5'],
    ['a volume that is a text', candlesBody({ ...day, volumes: [1, '2'] }), 'volumes.1 is "2"'],
    ['candles of another size', candlesBody({ ...day, shift: 3_600_000 }), 'shift is 3600000'],
    ['candles of another day', candlesBody({ ...day, at: '2024-07-01' }), 'timestamp is 1719792000000'],
    [
      'candles that begin between two',
      candlesBody({ ...day, at: '2024-07-02T00:00:30Z' }),
      'timestamp is 1719878430000',
    ],
    ['an empty file of another day', emptyBody('2024-07-01'), 'timestamp is 1719792000000'],
    ['a base between two units', candlesBody({ ...day, base: 1.143314 }), 'open 1.143314 is no multiple'],
    ['a multiplier of 0', candlesBody({ ...day, multiplier: 0 }), 'multiplier'],
    ['a multiplier that is no decimal', candlesBody({ ...day, multiplier: Math.PI / 1e5 }), 'multiplier'],
    ['no times', candlesBody({ ...day, other: { times: undefined } }), 'times is no list'],
    ['a base that is a text', candlesBody({ ...day, other: { open: '1.1' } }), 'open'],
    ['sums beyond what is exact', candlesBody({ ...day, closes: [0, 2 ** 53] }), 'closes.1'],
    ['an error in place of candles', '{"status":500,"message":"oops"}', 'timestamp'],
  ])('%s', async (_, body, told) => {
    const error = await refusal(read(body));
    expect(error).toMatchObject({ code: 'bad-answer', disposition: 'skip-series' });
    expect(error.message).toContain(told);
    expect(error.message).toContain('/v1/candles/minute/EUR-USD/BID/2024/7/2');
  });

  it.each([
    ['that is cut off', candlesBody(day).slice(0, 150)],
    ['with NaN in it', candlesBody(day).replace('"volumes":[1', '"volumes":[NaN')],
  ])('JSON %s is tried again and then an error', async (_, body) => {
    const { fetch, paths } = await archive({ '/candles/minute/EUR-USD/BID/2024/7/2': body });
    expect(await refusal(fetch(JULY_2))).toMatchObject({ code: 'bad-answer' });
    expect(paths().length).toBeGreaterThan(1);
  });

  it('a web page with 200 is tried again and is good then', async () => {
    let asked = 0;
    const server = await serve((_, response) => {
      asked += 1;
      if (asked === 1) answer(response, 200, '<html>back soon</html>', 'text/html');
      else answer(response, 200, candlesBody(day));
    });
    const { bars } = await atWork(dukascopy, { base_url: server.url }, NOW).fetch(
      request({ instrument: EURO, ...JULY_2 }),
    );
    expect([bars.time.length, asked]).toEqual([2, 2]);
  });
});
