import { describe, expect, it } from 'vitest';
import { VortexError } from '../../src/market/errors.ts';
import type { Instrument } from '../../src/market/instrument.ts';
import { selectInstruments } from '../../src/plan/select.ts';
import type { SelectionContext } from '../../src/plan/select.ts';

const NOW = Date.parse('2026-10-05');
const context = (changed: Partial<SelectionContext> = {}): SelectionContext => ({
  configured: [],
  now: NOW,
  ...changed,
});

/** What names are read as: class:id code, and the contract. */
function read(names: string | readonly string[], changed: Partial<SelectionContext> = {}): string[] {
  const list = typeof names === 'string' ? [names] : names;
  return selectInstruments(list, context(changed)).selections.map(({ instrument, contract }) =>
    [`${instrument.class}:${instrument.id}`, instrument.code, contract?.symbol]
      .filter((text) => text !== undefined)
      .join(' '),
  );
}

/** The message of the refusal that names get. */
function refusalOf(names: string | readonly string[], changed: Partial<SelectionContext> = {}): string {
  try {
    return `read as ${read(names, changed).join(', ')}`;
  } catch (error) {
    if (error instanceof VortexError && error.code === 'usage' && error.disposition === 'abort-run')
      return error.message;
    throw error;
  }
}

const stock = (id: string, code = id): Instrument => ({ class: 'stock', id, code });

describe('capitals', () => {
  const notices = (names: readonly string[], changed: Partial<SelectionContext> = {}): readonly string[] =>
    selectInstruments(names, context(changed)).notices;

  it.each([
    ['eurusd', 'forex:EURUSD EURUSD', 'EURUSD'],
    ['aapl', 'stock:AAPL AAPL', 'AAPL'],
    ['brk-b', 'stock:BRK-B BRK-B', 'BRK-B'],
    ['Silver', 'future:SILVER SI', 'SILVER'],
    ['gold_MICRO', 'future:GOLD_micro GR', 'GOLD_micro'],
    ['gcj24', 'future:GOLD GC GCJ24', 'GCJ24'],
    ['stock:aapl', 'stock:AAPL AAPL', 'AAPL'],
    ['Forex:eur/usd', 'forex:EURUSD EURUSD', 'EURUSD'],
  ])('%s is %s, and that is said', (name, selection, capitals) => {
    expect(read(name)).toEqual([selection]);
    expect(notices([name])).toContain(`${name} is taken as ${capitals}`);
  });

  it('small letters are those of the settings where these have such a name', () => {
    expect(read('Spdr', { configured: [stock('spdr', 'SPY')] })).toEqual(['stock:spdr SPY']);
    expect(refusalOf('SPdr', { configured: [stock('spdr'), stock('Spdr')] })).toMatch(/may be spdr or Spdr/);
  });

  it('names of one class that differ in capitals only are refused: a disk that ignores case has one file for them', () => {
    const configured = [stock('spy')];
    expect(refusalOf('SPY', { configured })).toBe(
      'stock:SPY differs only in capitals from stock:spy; use one name for both',
    );
    expect(read('future:GOLD', { configured: [stock('gold')] })).toEqual(['future:GOLD GC']);
  });

  it('of many names in small letters the first twenty are told one by one', () => {
    const names = Array.from({ length: 25 }, (_, index) => `${String.fromCharCode(97 + index)}qx`);
    expect(notices(names)).toHaveLength(21);
    expect(notices(names).at(-1)).toBe('5 more names are read so');
  });
});

describe('a year of one digit', () => {
  it.each([
    // In October 2026 March 2026 is 7 months ago, March 2036 113 months ahead.
    ['ESH6', 'future:SP500 ES ESH26', '2026-03'],
    ['esz5', 'future:SP500 ES ESZ25', '2025-12'],
    ['ESH0', 'future:SP500 ES ESH30', '2030-03'],
    // March 2021 is 67 months ago, March 2031 53 ahead; December 2021 is 58 ago, 2031 62 ahead.
    ['ESH1', 'future:SP500 ES ESH31', '2031-03'],
    ['ESZ1', 'future:SP500 ES ESZ21', '2021-12'],
    // October: 60 months either way, so the later one.
    ['CLV1', 'future:CRUDE_W CL CLV31', '2031-10'],
  ])('%s is the nearest such contract: %s, and that is said', (name, selection, month) => {
    const { notices } = selectInstruments([name], context());
    expect(read(name)).toEqual([selection]);
    expect(notices[0]).toMatch(new RegExp(`is taken as ${selection.split(' ')[2] ?? ''} \\(${month}\\)$`));
  });

  it('without such a market it is a ticker', () => {
    expect(read('QQQQH6')).toEqual(['stock:QQQQH6 QQQQH6']);
  });
});

describe('a slip of the pen', () => {
  it.each([
    ['stock:GOLDD', {}],
    ['GOLDD', { onlyClass: 'stock' as const }],
    ['GOLDD', { configured: [stock('GOLDD')] }],
  ])('is no slip where the class is given or the name is configured: %s', (name, changed) => {
    expect(read(name, changed)).toEqual(['stock:GOLDD GOLDD']);
  });

  it.each(['COAK', 'VIXX', 'GOOGL', 'SPDRX', '7203.T', 'BTC-USD', 'AUDX'])(
    '%s is none: too short or too far',
    (name) => {
      expect(read(name)).toEqual([`stock:${name} ${name}`]);
    },
  );
});

it('all bad names are told at once, each with its place; nothing is selected', () => {
  const names = ['GC', 'SPY', 'ES', 'eurusd', 'MSFT\u200B', 'GOLDD'].map((name, index) => ({
    name,
    place: `list.txt: line ${index + 1}`,
  }));
  expect(() => selectInstruments([...names, 'stock:..'], context())).toThrow(
    [
      'list.txt: line 1: GC is the root of a futures market and may be a ticker; say future:GC or stock:GC',
      'list.txt: line 3: ES is the root of a futures market and may be a ticker; say future:ES or stock:ES',
      'list.txt: line 5: "MSFT\\u200b" holds an invisible character, U+200B (zero-width space); write MSFT',
      'list.txt: line 6: GOLDD: did you mean GOLD? For a ticker of that name say stock:GOLDD',
      '".." is no symbol: spaces, slashes and .. are not allowed',
    ].join('\n'),
  );
});
