import { describe, expect, it } from 'vitest';
import { barchart } from '../../src/providers/barchart/index.ts';
import { ACCOUNT, FOOTER, madeOf, siteOf } from '../support/barchart-site.ts';
import { atWork, forex, refusal, request, stampsOf, stock } from '../support/session.ts';
import { contractIn, market } from './markets.ts';

const HEADER = 'Time,Open,High,Low,Last,Volume';
const GOLD = { ...contractIn(market('GOLD'), 'Q24') };
const DAYS = { ...GOLD, period: '1d', from: '2024-05-01', to: '2024-06-01' } as const;
const HOURS = { ...GOLD, period: '1h', from: '2024-05-01T00:00:00Z', to: '2024-06-01T00:00:00Z' } as const;
const NOW = '2026-05-05T12:00:00Z';

const rowsOf = ({ bars }: Awaited<ReturnType<typeof madeOf>>) =>
  Array.from(bars.time, (_, row) => [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]]);

async function refusalOf(body: string, wish: Parameters<typeof madeOf>[1] = DAYS) {
  const { url } = await siteOf(body);
  return refusal(atWork(barchart, { base_url: url, ...ACCOUNT }, NOW).fetch(request(wish)));
}

describe('columns are found by their names', () => {
  it.each(['Last', 'Latest', 'Close', 'Settle'])('the close may be called %s', async (close) => {
    const made = await madeOf([`Time,Open,High,Low,${close},Volume`, '2024-05-01,1,3,0.5,2,9'], DAYS);
    expect(rowsOf(made)).toEqual([[1, 3, 0.5, 2, 9]]);
  });

  it('the view of the site: other columns between, the open interest at the end, quotes, commas, signs', async () => {
    const made = await madeOf(
      [
        'Time,Open,High,Low,Latest,Change,%Change,Volume,"Open Int"',
        '05/01/2024,"2,301.5","2,310.25","2,299.0",2305.1,+39.7,+1.75%,"1,195,900","402,118"',
        '05/02/2024,2301,2310,2299,2305,-1,-0.04%,,N/A',
      ],
      DAYS,
    );
    expect(made.stamps).toEqual(['2024-05-01', '2024-05-02']);
    expect(rowsOf(made)).toEqual([
      [2301.5, 2310.25, 2299, 2305.1, 1_195_900],
      [2301, 2310, 2299, 2305, Number.NaN],
    ]);
    expect([...(made.bars.extras.get('Open Interest') ?? [])]).toEqual([402_118, Number.NaN]);
  });

  it('columns in another order', async () => {
    const made = await madeOf(['Volume,Last,Low,High,Open,Time', '9,2,0.5,3,1,2024-05-01'], DAYS);
    expect(rowsOf(made)).toEqual([[1, 3, 0.5, 2, 9]]);
  });
});

describe('forms of a file', () => {
  const lines = [HEADER, '2024-05-01 08:00,1,3,0.5,2,9', '2024-05-01 09:00,2,4,1,3,8'];
  const quoted = FOOTER;
  const bare = FOOTER.replaceAll('"', '');
  it.each([
    ['line ends of Windows', [...lines, quoted].join('\r\n')],
    ['a byte order mark', `\uFEFF${[...lines, quoted].join('\n')}`],
    ['a closing line without quotes', [...lines, bare].join('\n')],
    ['empty lines and a line end at the end', `${lines.join('\n')}\n\n${bare}\r\n\r\n`],
    ['newest first', [HEADER, ...lines.slice(1).reverse(), quoted].join('\n')],
    ['times in quotes', [HEADER, '"2024-05-01 08:00",1,3,0.5,2,9', '"2024-05-01 09:00",2,4,1,3,8', quoted].join('\n')],
    ['American dates', [HEADER, '05/01/2024 08:00,1,3,0.5,2,9', '05/01/2024 09:00,2,4,1,3,8', quoted].join('\n')],
  ])('%s: the same bars', async (_, body) => {
    const { url } = await siteOf(body);
    const { bars } = await atWork(barchart, { base_url: url, ...ACCOUNT }, NOW).fetch(request(HOURS));
    // Chicago in May is five hours behind UTC.
    expect(stampsOf(bars, '1h')).toEqual(['2024-05-01T13:00:00Z', '2024-05-01T14:00:00Z']);
    expect([...bars.close]).toEqual([2, 3]);
  });

  it('a closing line in the middle is no row, and the last row before the end is not lost', async () => {
    const made = await madeOf([HEADER, '2024-05-01,1,3,0.5,2,9', FOOTER, '2024-05-02,1,3,0.5,2,9'], DAYS);
    expect(made.stamps).toEqual(['2024-05-01', '2024-05-02']);
  });

  it('a file without rows is proven empty', async () => {
    const { bars, dropped } = await madeOf([HEADER], DAYS);
    expect(bars.time).toHaveLength(0);
    expect(dropped).toEqual({});
  });

  it.each([
    ['a file cut short', `${HEADER}\n2024-05-01,1,3,0.5,2,9\n`, 'bad-answer', /cut short/],
    ['a row cut short', `${HEADER}\n2024-05-01,1,3,0\n${FOOTER}`, 'bad-answer', /row 1 has 4 fields for 6 columns/],
    ['the vendor cannot read its data', 'Error retrieving data', 'provider-fault', /Error retrieving data/],
    ['no byte', '', 'bad-answer', /an empty body/],
    ['no close', `Time,Open,High,Low,Volume\n2024-05-01,1,3,0.5,2\n${FOOTER}`, 'bad-answer', /no column Last/],
    [
      'a time that is none',
      `${HEADER}\n2024-02-30,1,3,0.5,2,9\n${FOOTER}`,
      'bad-answer',
      /Time of row 1, "2024-02-30"/,
    ],
    [
      'times of a day for a day',
      `${HEADER}\n2024-05-01 08:00,1,3,0.5,2,9\n${FOOTER}`,
      'bad-answer',
      /no time of a 1d bar/,
    ],
    [
      'prices in fractions only',
      `${HEADER}\n2024-05-01,112-16,112-20,112-8,112-12,9\n${FOOTER}`,
      'bad-answer',
      /numbers/,
    ],
  ])('%s is an error that says so', async (_, body, code, message) => {
    const error = await refusalOf(body);
    expect(error).toMatchObject({ code, disposition: 'skip-series' });
    expect(error.message).toMatch(message);
  });

  it('dates without a time of day are no bars of an hour', async () => {
    expect((await refusalOf(`${HEADER}\n2024-05-01,1,3,0.5,2,9\n${FOOTER}`, HOURS)).message).toMatch(
      /no time of a 1h bar/,
    );
  });

  it('bars of a minute are not filed as bars of an hour', async () => {
    const minutes = ['08:00', '08:01', '08:02', '08:03'].map((time) => `2024-05-01 ${time},1,3,0.5,2,9`);
    expect((await refusalOf([HEADER, ...minutes, FOOTER].join('\n'), HOURS)).message).toMatch(
      /bars of 1 minutes for 1h/,
    );
  });
});

it.each([
  ['oldest first', ['2024-05-01,1,3,0.5,2,9', '2024-05-01,1,3,0.5,2.5,9', '2024-05-02,2,4,1,3,8']],
  ['newest first', ['2024-05-02,2,4,1,3,8', '2024-05-01,1,3,0.5,2,9', '2024-05-01,1,3,0.5,2.5,9']],
])('of two rows for one date in a file with the %s the second counts, and the first is told', async (_, lines) => {
  const made = await madeOf([HEADER, ...lines], DAYS);
  expect([...made.bars.close]).toEqual([2.5, 3]);
  expect(made.dropped).toEqual({ 'duplicate-time': 1 });
});

describe('times', () => {
  it('stocks are stamped in New York, and what is outside regular hours is left out and counted', async () => {
    const lines = ['09:00', '09:30', '15:30', '16:00'].map((time) => `2024-05-01 ${time},1,3,0.5,2,9`);
    const wish = {
      instrument: stock('SPY'),
      period: '30m',
      from: '2024-05-01T00:00:00Z',
      to: '2024-05-02T00:00:00Z',
    } as const;
    const made = await madeOf([HEADER, ...lines], wish);
    expect(made.stamps).toEqual(['2024-05-01T13:30:00Z', '2024-05-01T19:30:00Z']);
    expect(made.dropped).toEqual({ 'outside-session': 2 });
    const all = await madeOf([HEADER, ...lines], { ...wish, extendedHours: true });
    expect(all.stamps).toHaveLength(4);
  });

  it('an hour on the full hour that holds the open is kept', async () => {
    const wish = {
      instrument: stock('SPY'),
      period: '1h',
      from: '2024-05-01T00:00:00Z',
      to: '2024-05-02T00:00:00Z',
    } as const;
    const made = await madeOf([HEADER, '2024-05-01 09:00,1,3,0.5,2,9', '2024-05-01 10:00,1,3,0.5,2,9'], wish);
    expect(made.stamps).toEqual(['2024-05-01T13:00:00Z', '2024-05-01T14:00:00Z']);
  });

  it('the hour that the clocks repeat goes by the order of rows, both passes kept', async () => {
    const times = ['00:30', '01:00', '01:30', '01:00', '01:30', '02:00'];
    const wish = { ...GOLD, period: '30m', from: '2023-11-05T00:00:00Z', to: '2023-11-06T00:00:00Z' } as const;
    const made = await madeOf([HEADER, ...times.map((time) => `2023-11-05 ${time},1,3,0.5,2,9`)], wish);
    expect(made.stamps.map((stamp) => stamp.slice(11, 16))).toEqual([
      '05:30',
      '06:00',
      '06:30',
      '07:00',
      '07:30',
      '08:00',
    ]);
    expect(made.undecided).toBe(0);
  });

  it('a lone bar in that hour has the earlier instant and is flagged', async () => {
    const wish = { ...GOLD, period: '30m', from: '2023-11-05T00:00:00Z', to: '2023-11-06T00:00:00Z' } as const;
    const made = await madeOf([HEADER, '2023-11-05 00:30,1,3,0.5,2,9', '2023-11-05 01:30,1,3,0.5,2,9'], wish);
    expect(made.stamps).toEqual(['2023-11-05T05:30:00Z', '2023-11-05T06:30:00Z']);
    expect(made.undecided).toBe(1);
  });

  it('a week and a month are filed under their Monday and their first, wherever the site dates them', async () => {
    const weeks = await madeOf([HEADER, '2024-05-10,1,3,0.5,2,9', '2024-05-13,1,3,0.5,2,9'], {
      ...DAYS,
      period: '1wk',
      from: '2024-05-06',
      to: '2024-05-20',
    });
    expect(weeks.stamps).toEqual(['2024-05-06', '2024-05-13']);
    const months = await madeOf([HEADER, '2024-04-30,1,3,0.5,2,9', '2024-05-01,1,3,0.5,2,9'], {
      ...DAYS,
      period: '1mo',
      from: '2024-04-01',
      to: '2024-06-01',
    });
    expect(months.stamps).toEqual(['2024-04-01', '2024-05-01']);
    const sunday = await refusalOf(`${HEADER}\n2024-05-12,1,3,0.5,2,9\n${FOOTER}`, {
      ...DAYS,
      period: '1wk',
      from: '2024-05-06',
      to: '2024-05-20',
    });
    expect(sunday.message).toMatch(/Sunday/);
  });

  it('pairs whose stamps fall in the weekend are stamped by another clock: an error, not bars an hour off', async () => {
    const wish = {
      instrument: forex('EURUSD'),
      period: '1h',
      from: '2024-05-01T00:00:00Z',
      to: '2024-05-08T00:00:00Z',
    } as const;
    const good = [HEADER, '2024-05-03 15:00,1,3,0.5,2,0', '2024-05-05 16:00,1,3,0.5,2,0'];
    expect((await madeOf(good, wish)).stamps).toEqual(['2024-05-03T20:00:00Z', '2024-05-05T21:00:00Z']);
    const error = await refusalOf([HEADER, '2024-05-03 16:00,1,3,0.5,2,0', FOOTER].join('\n'), wish);
    expect(error.message).toMatch(/2024-05-03 16:00 is in the weekend of the market/);
  });
});

describe('a download as long as the limit was cut', () => {
  const minute = (index: number): string => {
    const stamp = new Date(Date.UTC(2024, 4, 1) + index * 60_000).toISOString();
    return `${stamp.slice(0, 10)} ${stamp.slice(11, 16)},1,3,0.5,${index},9`;
  };
  const all = Array.from({ length: 20_500 }, (_, index) => minute(index));
  const wish = { ...GOLD, period: '1m', from: '2024-05-01T05:00:00Z', to: '2024-05-15T05:00:00Z' } as const;
  // 20,000 minutes end within the 14th day of May.
  const lastDay = all.filter((line) => line.startsWith('2024-05-14') || line.startsWith('2024-05-15'));
  const firstDay = all.filter((line) => line.startsWith('2024-05-01'));

  it.each([
    ['oldest first', [all.slice(0, 20_000), lastDay], '2024-05-14', '2024-05-17'],
    ['newest first', [all.slice(-20_000).reverse(), firstDay.slice().reverse()], '2024-05-01', '2024-05-01'],
  ])(
    '%s: the day that it was cut in is asked for again, and no bar is lost or there twice',
    async (_, pages, from, to) => {
      const site = await siteOf(...pages.map((page) => [HEADER, ...page, FOOTER].join('\n')));
      const { bars, dropped } = await atWork(barchart, { base_url: site.url, ...ACCOUNT }, NOW).fetch(request(wish));
      // The fourteenth day ends with minute 20,159.
      expect([...bars.close]).toEqual(Array.from({ length: 20_160 }, (_row, index) => index));
      expect(dropped).toEqual({});
      expect(site.forms.map((form) => [form.get('startDate'), form.get('endDate')])).toEqual([
        ['2024-05-01', '2024-05-17'],
        [from, to],
      ]);
    },
  );

  it('a site that gives the same rows for ever is not asked for ever', async () => {
    const { url, forms } = await siteOf([HEADER, ...all.slice(0, 20_000), FOOTER].join('\n'));
    const error = await refusal(atWork(barchart, { base_url: url, ...ACCOUNT }, NOW).fetch(request(wish)));
    expect(error.message).toMatch(/the same rows again/);
    expect(forms.length).toBeLessThanOrEqual(3);
  });
});
