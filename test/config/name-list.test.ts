import { describe, expect, it } from 'vitest';
import { namesIn, readNameList } from '../../src/config/name-list.ts';
import { folderWith } from './workspace.ts';

/** Names with the numbers of their lines: SPY@1. */
const read = (text: string): string[] =>
  namesIn(text, 'l.txt').names.map(({ name, place }) => `${name}@${place.replace('l.txt: line ', '')}`);

describe('a list', () => {
  it.each([
    ['a name a line', 'SPY\n\n# mine\nstock:KO  # Coca-Cola\r\nBTC-USD\rEURUSD', 'SPY@1 stock:KO@4 BTC-USD@5 EURUSD@6'],
    ['blanks of every kind', 'SPY KO\t MSFT\u00A0EURUSD \n\u2003GOLD', 'SPY@1 KO@1 MSFT@1 EURUSD@1 GOLD@2'],
    ['a heading of one column', 'Symbol\nSPY\nKO', 'SPY@2 KO@3'],
    ['a name that holds a #', 'R#1\nKO', 'R#1@1 KO@2'],
    ['nothing', '\n# nothing\n', ''],
  ])('with %s', (_, text, expected) => {
    expect(read(text).join(' ')).toBe(expected);
    expect(namesIn(text, 'l.txt').notices).toEqual([]);
  });

  it('keeps what is invisible in a name, for it to be told', () => {
    expect(namesIn('MSFT\u200B\nA\uFEFFB', 'l.txt').names.map(({ name }) => name)).toEqual(['MSFT\u200B', 'A\uFEFFB']);
  });

  it.each([
    [
      'the column Symbol',
      'Security,"Symbol, or so",Symbol\n"Berkshire, ""B"" # 2",x,BRK-B\nApple,y,AAPL',
      'BRK-B@2 AAPL@3',
      3,
    ],
    ['the first column', 'AAPL,Apple\nMSFT,Microsoft', 'AAPL@1 MSFT@2', 1],
    [
      'the first column under a heading',
      '# of the index\nTicker;Name\nAAPL;Apple\n\nMSFT;Micro;soft',
      'AAPL@3 MSFT@5',
      1,
    ],
    ['tabs', 'Name\tSYMBOL\nApple Inc.\tAAPL\n', 'AAPL@2', 2],
  ])('that is a table: %s, which is said', (_, text, expected, column) => {
    expect(read(text).join(' ')).toBe(expected);
    expect(namesIn(text, 'l.txt').notices).toEqual([
      `l.txt is read as a table: ${expected.split(' ').length} names, in column ${column}`,
    ]);
  });

  it.each([
    ['UTF-8', Buffer.from('SPY\nKO')],
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFFSPY\nKO')],
    ['UTF-16, low byte first', Buffer.from('\uFEFFSPY\r\nKO', 'utf16le')],
    ['UTF-16, high byte first', Buffer.from('\uFEFFSPY\r\nKO', 'utf16le').swap16()],
  ])('in %s', (_, content) => {
    const cwd = folderWith({ 'l.txt': content });
    expect(readNameList('l.txt', cwd)).toMatchObject({
      names: [
        { name: 'SPY', place: 'l.txt: line 1' },
        { name: 'KO', place: 'l.txt: line 2' },
      ],
    });
  });

  it('in another encoding, and one that is missing, is told with its name', () => {
    const cwd = folderWith({ 'l.txt': Uint8Array.of(0x53, 0xe9, 0x0a) });
    expect(readNameList('l.txt', cwd)).toEqual({ problem: 'l.txt: is not UTF-8 or UTF-16 text; save it as UTF-8' });
    expect(readNameList('m.txt', cwd)).toEqual({ problem: 'm.txt: no such file' });
  });
});
