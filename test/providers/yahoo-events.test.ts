import { describe, expect, it } from 'vitest';
import type { Period } from '../../src/market/period.ts';
import { yahoo } from '../../src/providers/yahoo/index.ts';
import { at, chartBody } from '../support/chart.ts';
import { made, stock } from '../support/session.ts';

const open = (day: string): string => `2024-06-${day}T13:30:00Z`;

function dividends(amounts: Readonly<Record<string, number>>): unknown {
  const entries = Object.entries(amounts).map(([day, amount]) => [
    String(at(open(day))),
    { amount, date: at(open(day)) },
  ]);
  return Object.fromEntries(entries);
}

function splits(ratios: Readonly<Record<string, readonly [number, number]>>): unknown {
  return Object.fromEntries(
    Object.entries(ratios).map(([day, [numerator, denominator]]) => {
      const date = at(open(day));
      return [String(date), { date, numerator, denominator, splitRatio: `${numerator}:${denominator}` }];
    }),
  );
}

async function columns(
  events: unknown,
  { days, close, period = '1d' }: { days: string[]; close: (number | string | null)[]; period?: Period },
) {
  const body = chartBody({ granularity: period, stamps: days.map(open), close, adjclose: close, events });
  const wish = { instrument: stock('SPY'), period, from: '2024-06-03', to: '2024-06-22' };
  const { bars, stamps } = await made(yahoo, body, wish);
  const of = (name: 'Dividends' | 'Stock Splits'): Record<string, number> =>
    Object.fromEntries(
      [...(bars.extras.get(name) ?? [])]
        .map((value, row): [string, number] => [stamps[row] ?? '', value])
        .filter(([, value]) => value !== 0),
    );
  return { dividends: of('Dividends'), splits: of('Stock Splits') };
}

const WEEK = { days: ['03', '04', '05', '06', '07'], close: [1, 2, 3, 4, 5] };

describe('dividends', () => {
  it('stand on their day, all other days have 0', async () => {
    expect(await columns({ dividends: dividends({ '05': 0.25 }) }, WEEK)).toEqual({
      dividends: { '2024-06-05': 0.25 },
      splits: {},
    });
  });

  it('lose the widening of float32 as prices do', async () => {
    const { dividends: found } = await columns({ dividends: dividends({ '05': 0.20499999821186066 }) }, WEEK);
    expect(found).toEqual({ '2024-06-05': 0.205 });
  });

  it.each([
    ['is missing', { days: ['03', '04', '06', '07'], close: [1, 2, 4, 5] }],
    ['is null', { days: WEEK.days, close: [1, 2, null, 4, 5] }],
    ['is no number', { days: WEEK.days, close: [1, 2, 'Infinity', 4, 5] }],
  ])('on a day whose bar %s go to the next bar', async (_, rows) => {
    expect((await columns({ dividends: dividends({ '05': 0.25 }) }, rows)).dividends).toEqual({ '2024-06-06': 0.25 });
  });

  it('after the last bar wait for theirs', async () => {
    expect((await columns({ dividends: dividends({ '10': 0.25 }) }, WEEK)).dividends).toEqual({});
  });

  it('two in one week add up in the bar of the week', async () => {
    const weeks = { days: ['03', '10', '17'], close: [1, 2, 3], period: '1wk' } as const;
    const { dividends: found } = await columns(
      { dividends: dividends({ '11': 0.25, '13': 0.5, '17': 1 }) },
      { ...weeks, days: [...weeks.days], close: [...weeks.close] },
    );
    expect(found).toEqual({ '2024-06-10': 0.75, '2024-06-17': 1 });
  });

  it('from before the range are not put on its first bar', async () => {
    const body = chartBody({
      stamps: ['2024-06-03T13:30:00Z'],
      close: [1],
      events: { dividends: { '1': { amount: 9, date: at('2024-05-31T13:30:00Z') } } },
    });
    const { bars } = await made(yahoo, body, {
      instrument: stock('SPY'),
      period: '1d',
      from: '2024-06-03',
      to: '2024-06-04',
    });
    expect([...(bars.extras.get('Dividends') ?? [])]).toEqual([0]);
  });
});

describe('splits', () => {
  it.each([
    ['4 for 1', [4, 1], 4],
    ['1 for 10', [1, 10], 0.1],
    ['3 for 2', [3, 2], 1.5],
  ] as const)('%s', async (_, ratio, factor) => {
    expect((await columns({ splits: splits({ '06': ratio }) }, WEEK)).splits).toEqual({ '2024-06-06': factor });
  });

  it('two in one week are multiplied in the bar of the week', async () => {
    const weeks = { days: ['03', '10', '17'], close: [1, 2, 3] };
    expect(
      (await columns({ splits: splits({ '11': [2, 1], '13': [3, 1] }) }, { ...weeks, period: '1wk' })).splits,
    ).toEqual({ '2024-06-10': 6 });
  });

  it('on a day without a bar go to the next bar', async () => {
    expect(
      (await columns({ splits: splits({ '05': [4, 1] }) }, { days: ['03', '04', '06'], close: [1, 2, 3] })).splits,
    ).toEqual({ '2024-06-06': 4 });
  });
});

it('pairs and minutes have no columns for them', async () => {
  const body = chartBody({ granularity: '1h', stamps: ['2024-06-03T13:30:00Z'], close: [1] });
  const wish = {
    instrument: stock('SPY'),
    period: '1h',
    from: '2024-06-03T00:00:00Z',
    to: '2024-06-04T00:00:00Z',
  } as const;
  expect([...(await made(yahoo, body, wish)).bars.extras.keys()]).toEqual([]);
});
