import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseTradeDate } from '../../src/market/calendar.ts';
import { folderWith, load, problemsOf } from './workspace.ts';

const withStocks = (stocks: object): string => folderWith({ 'config/config.json': { stocks } });
const withGold = (gold: object): string => folderWith({ 'config/config.json': { futures: { GOLD: gold } } });

test('a file of the older tool loads as it is', async () => {
  const cwd = folderWith({
    'old.json': {
      future: { AUD: { code: 'A6', cycle: 'HMUZ', tick_date: '2009-11-24', periods: '1d,1h' } },
      stock: { AAPL: { code: 'AAPL', start_date: '1980-12-12T00:00:00', periods: ['1d'] } },
      forex: { EURUSD: { code: '^EURUSD', tick_date: '2008-05-05T17:00:00Z', periods: '' } },
    },
  });
  const { instruments } = await load(cwd, {
    flags: [{ path: 'instruments', flag: '--instruments', value: ['old.json'] }],
  });
  expect(instruments).toEqual([
    {
      instrument: {
        class: 'future',
        id: 'AUD',
        code: 'A6',
        cycle: 'HMUZ',
        tickDate: parseTradeDate('2009-11-24'),
        periods: ['1h', '1d'],
      },
      file: 'old.json',
      path: 'future.AUD',
    },
    {
      instrument: {
        class: 'stock',
        id: 'AAPL',
        code: 'AAPL',
        startDate: parseTradeDate('1980-12-12'),
        periods: ['1d'],
      },
      file: 'old.json',
      path: 'stock.AAPL',
    },
    {
      instrument: {
        class: 'forex',
        id: 'EURUSD',
        code: '^EURUSD',
        tickDate: parseTradeDate('2008-05-05'),
        periods: [],
      },
      file: 'old.json',
      path: 'forex.EURUSD',
    },
  ]);
});

test('the plural words hold the same, with everything an instrument can have', async () => {
  const cwd = withGold({
    code: 'GC',
    cycle: 'ZGJMQV',
    exchange: 'COMEX',
    periods: [],
    start_date: '2000-01-03',
    days_count: 400,
    timezone: 'America/New_York',
    currency: 'USD',
    multiplier: 100,
    symbols: { yahoo: 'GC=F' },
  });
  const { instruments } = await load(cwd);
  expect(instruments[0]).toEqual({
    instrument: {
      class: 'future',
      id: 'GOLD',
      code: 'GC',
      cycle: 'GJMQVZ',
      exchange: 'COMEX',
      timezone: 'America/New_York',
      currency: 'USD',
      multiplier: 100,
      contractDays: 400,
      periods: [],
      startDate: parseTradeDate('2000-01-03'),
      symbols: { yahoo: 'GC=F' },
    },
    file: join('config', 'config.json'),
    path: 'futures.GOLD',
  });
});

test('an instrument that says nothing has no code of its own: the catalogue may know it', async () => {
  expect((await load(withGold({}))).instruments[0]?.instrument).toEqual({ class: 'future', id: 'GOLD' });
});

test('both words for a class in one file are an error that names the twin', async () => {
  const cwd = folderWith({ 'config/config.json': { future: { A: {} }, futures: { B: {} }, stock: {}, stocks: {} } });
  expect(await problemsOf(load(cwd))).toEqual([
    'config/config.json: future: futures is there too; put all of them under one of the two',
    'config/config.json: stock: stocks is there too; put all of them under one of the two',
  ]);
});

test.each(['R$', 'Y.', 'S.', 'GC=F', '^GSPC', 'BRK-B', 'OCDO.L', 'M&M', '005930.KS'])('%s is a name', async (code) => {
  const { instruments } = await load(withStocks({ [code]: { code, symbols: { yahoo: code } } }));
  expect(instruments.map(({ instrument }) => [instrument.id, instrument.code])).toEqual([[code, code]]);
});

test.each([
  ['../../etc/passwd', 'it may hold no separators, and / is one'],
  ['..', 'it may not hold ..'],
  ['.', 'it has no letter and no digit'],
  ['C:\\x', 'it may hold no separators, and : is one'],
  ['a\\b', 'it may hold no separators, and \\ is one'],
  ['a b', 'it may hold ASCII letters, digits and signs only, no white space or control characters'],
  ['a\u0000b', 'it may hold ASCII letters, digits and signs only, no white space or control characters'],
  ['a\n', 'it may hold ASCII letters, digits and signs only, no white space or control characters'],
  ['', 'it is empty'],
  ['A'.repeat(65), 'it is longer than 64 characters'],
])('%j is refused as an id, as a code and as a symbol', async (name, why) => {
  const line = `${JSON.stringify(name.slice(0, 64))} cannot be a name: ${why}`;
  const key = /^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  expect(await problemsOf(load(withStocks({ [name]: {} })))).toEqual([`config/config.json: stocks${key}: ${line}`]);
  expect(await problemsOf(load(withGold({ code: name, symbols: { yahoo: name } })))).toEqual([
    `config/config.json: futures.GOLD.code: ${line}`,
    `config/config.json: futures.GOLD.symbols.yahoo: ${line}`,
  ]);
});

test('ids that differ in capitals only are an error, across files too; other classes do not matter', async () => {
  const cwd = folderWith({
    'config/config.json': { instruments: ['more.json'], stocks: { spy: {} }, forex: { Spy: {} } },
    'config/more.json': { stock: { SPY: {} } },
  });
  expect(await problemsOf(load(cwd))).toEqual([
    'config/config.json: stocks.spy: differs only in capitals from config/more.json: stock.SPY; rename one',
  ]);
});

test.each([
  ['cycle', 'GXB', '"B" is no delivery month; allowed are letters of FGHJKMNQUVXZ (January to December)'],
  ['cycle', 'g', '"g" is no delivery month; allowed are letters of FGHJKMNQUVXZ (January to December)'],
  ['cycle', 'GG', '"G" is there twice; each delivery month once'],
  ['cycle', '', 'must name a delivery month: letters of FGHJKMNQUVXZ (January to December)'],
  ['periods', '1d,2h', '"2h" is no period; did you mean 1h?'],
  ['periods', 7, 'must be a list, each one of 1m, 5m, 15m, 30m, 1h, 1d, 1wk, 1mo, or text, not 7'],
  ['start_date', '2024-02-30', '"2024-02-30" is no date; write it as 2024-01-31'],
  ['tick_date', '2024-01-31 noon', '"2024-01-31 noon" is no date; write it as 2024-01-31'],
  ['timezone', 'Mars/Olympus', '"Mars/Olympus" is no IANA time zone, such as America/New_York'],
  ['currency', 'dollar', '"dollar" is no currency: three letters, such as USD'],
  ['multiplier', 0, 'must be a number, above 0, not 0'],
  ['days_count', -5, 'must be a whole number from 1 to 3660, not -5'],
])('%s %j is refused', async (key, value, line) => {
  expect(await problemsOf(load(withGold({ [key]: value })))).toEqual([
    `config/config.json: futures.GOLD.${key}: ${line}`,
  ]);
});

test('unknown keys and providers get a suggestion', async () => {
  expect(await problemsOf(load(withGold({ cylce: 'G', symbols: { yaho: 'X' } })))).toEqual([
    'config/config.json: futures.GOLD.symbols.yaho: is not a setting; did you mean yahoo?',
    'config/config.json: futures.GOLD.cylce: is not a setting; did you mean cycle?',
  ]);
});

test('a stock has no delivery months', async () => {
  expect(await problemsOf(load(withStocks({ SPY: { cycle: 'HMUZ' } })))).toEqual([
    'config/config.json: stocks.SPY.cycle: only futures have delivery months',
  ]);
});

test('instrument files are looked up beside the file that names them, then from the working directory', async () => {
  const cwd = folderWith({
    'etc/config.json': { instruments: ['both.json', 'lists/here.json'] },
    'etc/both.json': { stocks: { BESIDE: {} } },
    'both.json': { stocks: { FAR: {} } },
    'lists/here.json': { stocks: { HERE: {} } },
  });
  const { instruments, settings } = await load(cwd, { files: ['etc/config.json'] });
  expect(instruments.map(({ instrument }) => instrument.id)).toEqual(['BESIDE', 'HERE']);
  expect(settings.instruments).toEqual([join(cwd, 'etc/both.json'), join(cwd, 'lists/here.json')]);
});

test('an instrument file that is nowhere is told with all places that were tried', async () => {
  const cwd = folderWith({ 'etc/config.json': { instruments: ['gone.json'] } });
  expect(await problemsOf(load(cwd, { files: ['etc/config.json'] }))).toEqual([
    'etc/config.json: instruments: no such file: etc/gone.json, nor gone.json',
  ]);
  expect(await problemsOf(load(cwd, { env: { VORTEX_INSTRUMENTS: 'gone.json' } }))).toEqual([
    'environment VORTEX_INSTRUMENTS: no such file: gone.json',
  ]);
});

test('an instrument file holds classes and nothing else', async () => {
  const cwd = folderWith({
    'config/config.json': { instruments: ['i.json'] },
    'config/i.json': { stcks: {}, output_dir: 'x' },
  });
  expect(await problemsOf(load(cwd))).toEqual([
    'config/i.json: stcks: is no class of instruments; did you mean stocks?',
    'config/i.json: output_dir: is no class of instruments; known here: futures, stocks, forex',
  ]);
});

test('ids that are words of JavaScript objects are plain ids', async () => {
  const { instruments } = await load(withStocks({ constructor: {}, toString: {}, '7203': {} }));
  expect(instruments.map(({ instrument }) => instrument.id).sort()).toEqual(['7203', 'constructor', 'toString']);
});
