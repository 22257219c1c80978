import { expect, test } from 'vitest';
import { settingsCopies } from '../../src/config/without-secrets.ts';
import { folderWith, load, problemsOf, STAND_INS } from './workspace.ts';

const read = async (cwd: string) =>
  (await load(cwd)).instruments.map(({ instrument: { class: cls, id, periods }, file, path }) => [
    `${cls}:${id} ${(periods ?? []).join()}`,
    `${file}: ${path}`,
  ]);

test('a list stands for its names, all with the settings beside it; one that is named itself has its own over them', async () => {
  const cwd = folderWith({
    'config/config.json': {
      stocks: { '@lists/sp500.csv': { periods: '1d', start_date: '2020-01-01' }, KO: { periods: '1h' } },
      forex: { '@pairs.txt': {} },
      future: { GOLD: {} },
    },
    'config/lists/sp500.csv': 'Name,Symbol\nCoca-Cola,KO\nApple,AAPL\n',
    'pairs.txt': Buffer.from('\uFEFFeurusd GBP/USD # majors\r\n', 'utf16le'),
  });
  expect(await read(cwd)).toEqual([
    ['future:GOLD ', 'config/config.json: future.GOLD'],
    ['stock:KO 1h', 'config/config.json: stocks.KO'],
    ['stock:AAPL 1d', 'config/lists/sp500.csv: line 3: stocks.AAPL'],
    ['forex:EURUSD ', 'pairs.txt: line 1: forex.EURUSD'],
    ['forex:GBPUSD ', 'pairs.txt: line 1: forex.GBPUSD'],
  ]);
  const { warnings } = await load(cwd);
  expect(warnings).toEqual([
    'config/lists/sp500.csv is read as a table: 2 names, in column 2',
    'pairs.txt: line 1: eurusd is taken as EURUSD',
  ]);
});

test('everything wrong is told at once: names with file and line, common settings once, lists that are missing', async () => {
  const cwd = folderWith({
    'config/config.json': {
      stocks: { '@bad.txt': { periods: '2d' }, '@gone.txt': {}, '@number.txt': 7 },
    },
    'config/bad.txt': 'AAPL\nMSFT\u200B\nKO\nA:B\n..\n',
    'config/number.txt': 'SPY\n',
  });
  expect(await problemsOf(load(cwd))).toEqual([
    'config/config.json: stocks["@bad.txt"].periods: "2d" is no period; did you mean 1d?',
    'config/bad.txt: line 2: "MSFT\\u200b" holds an invisible character, U+200B (zero-width space); write MSFT',
    'config/bad.txt: line 4: "A:B" cannot be a name: it may hold no separators, and : is one',
    'config/bad.txt: line 5: ".." is no symbol: spaces, slashes and .. are not allowed',
    'config/config.json: stocks["@gone.txt"]: no such file: config/gone.txt, nor gone.txt',
    expect.stringMatching(/^config\/config\.json: stocks\["@number\.txt"\]: must be .*, not 7$/),
  ]);
});

test('names that differ in capitals only are told, wherever they stand', async () => {
  const cwd = folderWith({ 'config/config.json': { stocks: { '@a.txt': {}, spy: {} } }, 'a.txt': 'SPY\n' });
  expect(await problemsOf(load(cwd))).toEqual([
    'config/config.json: stocks.spy: differs only in capitals from a.txt: line 1: stocks.SPY; rename one',
  ]);
});

test('a file of instruments may name lists, and a backup has them beside the settings', async () => {
  const cwd = folderWith({ 'more.json': { stocks: { '@a.txt': {} } }, 'a.txt': 'SPY # the market\n' });
  const loaded = await load(cwd, { flags: [{ path: 'instruments', flag: '--instruments', value: ['more.json'] }] });
  expect(loaded.instruments.map(({ instrument }) => instrument.id)).toEqual(['SPY']);
  expect(settingsCopies(loaded, STAND_INS).map(({ name, content }) => `${name}: ${content.toString()}`)).toEqual([
    'more.json: {"stocks":{"@a.txt":{}}}',
    'a.txt: SPY # the market\n',
  ]);
});
