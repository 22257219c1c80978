import { describe, expect, it } from 'vitest';
import { withCatalogueFacts } from '../../src/market/catalogue.ts';
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

describe('a name is read by its form', () => {
  it.each([
    ['GOLD', 'future:GOLD GC'],
    ['GCG24', 'future:GOLD GC GCG24'],
    ['GCJ2024', 'future:GOLD GC GCJ24'],
    ['GCJ24.CMX', 'future:GOLD GC GCJ24'],
    ['GCZ99', 'future:GOLD GC GCZ99'],
    ['GCZ1940', 'future:GOLD GC GCZ1940'],
    ['ESZ25', 'future:SP500 ES ESZ25'],
    ['ESZ25.CME', 'future:SP500 ES ESZ25'],
    ['ZCZ25', 'future:CORN ZC ZCZ25'],
    // The market's own root is A6, Yahoo's is 6A: the symbol is the market's own.
    ['6AH26', 'future:AUD A6 A6H26'],
    ['A6H26', 'future:AUD A6 A6H26'],
    ['6AH26.CME', 'future:AUD A6 A6H26'],
    ['R$H26', 'future:SGD_mini R$ R$H26'],
    ['EURUSD', 'forex:EURUSD EURUSD'],
    ['EURUSD=X', 'forex:EURUSD EURUSD'],
    ['JPY=X', 'forex:USDJPY USDJPY'],
    ['XAUUSD', 'forex:XAUUSD XAUUSD'],
    ['AAPL', 'stock:AAPL AAPL'],
    ['BRK-B', 'stock:BRK-B BRK-B'],
    ['BTC-USD', 'stock:BTC-USD BTC-USD'],
    ['^GSPC', 'stock:^GSPC ^GSPC'],
    ['OCDO.L', 'stock:OCDO.L OCDO.L'],
    ['7203.T', 'stock:7203.T 7203.T'],
    ['GC=F', 'stock:GC=F GC=F'],
    ['GOOGLE', 'stock:GOOGLE GOOGLE'],
    ['EURABC', 'stock:EURABC EURABC'],
    // No root ABC: no contract.
    ['ABCG24', 'stock:ABCG24 ABCG24'],
    // GC has no suffix NYM.
    ['GCG24.NYM', 'stock:GCG24.NYM GCG24.NYM'],
  ])('%s is %s', (name, selection) => {
    expect(read(name)).toEqual([selection]);
  });

  it.each([
    ['future:GC', 'future:GOLD GC'],
    ['future:GCG24', 'future:GOLD GC GCG24'],
    ['future:GOLD', 'future:GOLD GC'],
    ['stock:GC', 'stock:GC GC'],
    ['stock:GOLD', 'stock:GOLD GOLD'],
    ['stock:GCG24', 'stock:GCG24 GCG24'],
    ['stock:EURUSD', 'stock:EURUSD EURUSD'],
    ['forex:EURUSD', 'forex:EURUSD EURUSD'],
    ['forex:JPY=X', 'forex:USDJPY USDJPY'],
  ])('%s is %s, as the prefix says', (name, selection) => {
    expect(read(name)).toEqual([selection]);
  });

  it('--class says it for names without a prefix, and a prefix counts before it', () => {
    expect(read('DOW', { onlyClass: 'stock' })).toEqual(['stock:DOW DOW']);
    expect(read('GC', { onlyClass: 'future' })).toEqual(['future:GOLD GC']);
    expect(read('EURUSD', { onlyClass: 'forex' })).toEqual(['forex:EURUSD EURUSD']);
    expect(read('stock:AAPL', { onlyClass: 'forex' })).toEqual(['stock:AAPL AAPL']);
    expect(refusalOf('AAPL', { onlyClass: 'forex' })).toMatch(/forex:AAPL: a pair is two currencies/);
    expect(refusalOf('AAPL', { onlyClass: 'future' })).toMatch(/future:AAPL: no futures market/);
  });
});

describe('a name is refused before anything is requested', () => {
  it.each([
    ['a root that may be a ticker', 'GC', /future:GC or stock:GC/],
    ['a root at Interactive Brokers that may be a ticker', 'C', /future:COCOA_LDN or stock:C/],
    ['another', 'CL', /future:CL or stock:CL/],
    ['one with a dot at its end', 'Y.', /future:Y\. or stock:Y\./],
    ['a path', '../../etc/passwd', /no symbol/],
    ['a hidden path', 'stock:..', /no symbol/],
    ['an absolute path', '/etc/passwd', /no symbol/],
    ['a path of Windows', 'a\\b', /no symbol/],
    ['a space', 'BRK B', /no symbol/],
    ['a line end', 'AAPL\n', /no symbol/],
    ['a NUL', 'AAPL\0', /no symbol/],
    ['nothing', '', /no symbol/],
    ['a prefix with nothing after it', 'stock:', /no symbol/],
    ['an unknown class', 'bond:X', /bond is no class; allowed: future, stock, forex/],
    ['small letters of a root', 'gc', /future:GC or stock:GC/],
    ['a slip of the pen', 'GOLDD', /did you mean GOLD\? .* say stock:GOLDD/],
    ['another', 'SILVRE', /did you mean SILVER\?/],
    ['one in small letters', 'coppr', /did you mean COPPER\?/],
    ['a market that is a ticker', 'DOW', /ticker of Dow; say future:DOW or stock:DOW/],
    ['another', 'FANG', /say future:FANG or stock:FANG/],
    [
      'a zero-width space',
      'MSFT\u200B',
      /"MSFT\\u200b" holds an invisible character, U\+200B \(zero-width space\); write MSFT$/,
    ],
    ['a byte order mark', '\uFEFFMSFT', /U\+FEFF \(byte order mark\); write MSFT$/],
    ['a no-break space', 'MSFT\u00A0', /"MSFT\\u00a0" is no symbol: .*U\+00A0 \(no-break space\)/],
    ['a name of 65 characters', 'A'.repeat(65), /too long: 65 characters; a name has 64 at most/],
    ['two pairs of currencies that are none', 'ABC/DEF/GHI', /no symbol/],
    ['a pair that is none', 'forex:GOLD', /a pair is two currencies/],
    ['a market that is none', 'future:GOLDD', /nearest: GOLD/],
    ['an emoji', '🚀', /no instrument of that name/],
  ])('%s', (_, name, message) => {
    expect(refusalOf(name)).toMatch(message);
    expect(refusalOf(['AAPL', name])).toMatch(message);
  });
});

const future = (id: string, rest: Partial<Instrument> = {}): Instrument =>
  withCatalogueFacts({ class: 'future', id, ...rest });
const stock = (id: string, code = id): Instrument => ({ class: 'stock', id, code });

describe('configured instruments', () => {
  it('count before the catalogue and the form', () => {
    expect(read('DOW', { configured: [stock('DOW')] })).toEqual(['stock:DOW DOW']);
    expect(read('EURUSD', { configured: [stock('EURUSD', 'EU.X')] })).toEqual(['stock:EURUSD EU.X']);
    expect(read('gold', { configured: [stock('gold', 'GLD')] })).toEqual(['stock:gold GLD']);
    expect(read('GC', { configured: [stock('GC')] })).toEqual(['stock:GC GC']);
    expect(read('future:DOW', { configured: [stock('DOW')] })).toEqual(['future:DOW YM']);
  });

  it.each(['GCJ24', 'GCJ2024', 'GCJ24.CMX', 'future:GC', 'future:GCJ24'])('are found by their root, by %s', (name) => {
    const configured = [future('MY_GOLD', { code: 'GC', contractDays: 90 })];
    const [selection] = selectInstruments([name], context({ configured })).selections;
    expect(selection?.instrument).toBe(configured[0]);
    if (selection?.contract !== undefined) expect(selection.contract.life.from).toBe(Date.parse('2024-01-31'));
  });

  it.each(['6AH26', 'A6H26', '6AH26.CME'])('are found by the root that Yahoo has, by %s', (name) => {
    const configured = [future('AUD', { contractDays: 90 })];
    const [selection] = selectInstruments([name], context({ configured })).selections;
    expect(selection?.instrument).toBe(configured[0]);
    expect(selection?.contract?.symbol).toBe('A6H26');
  });

  it('are not taken for the market of another root', () => {
    // US20 is ZB at Yahoo only; the root ZB is US30Y.
    expect(read('ZBH26', { configured: [future('US20')] })).toEqual(['future:US30Y ZB ZBH26']);
  });

  it('of two classes with one id need the class', () => {
    const configured = [stock('DOW'), future('DOW')];
    expect(refusalOf('DOW', { configured })).toMatch(/stock:DOW or future:DOW/);
    expect(read('future:DOW', { configured })).toEqual(['future:DOW YM']);
    expect(read('DOW', { configured, onlyClass: 'stock' })).toEqual(['stock:DOW DOW']);
  });

  it('are all meant when no name is given, but the disabled ones and those of other classes', () => {
    const configured = [
      future('GOLD'),
      stock('SPY'),
      { ...stock('OFF'), periods: [] },
      { ...stock('ON'), periods: ['1h'] as const },
    ];
    const { selections } = selectInstruments([], context({ configured }));
    expect(selections.map(({ instrument, named }) => [instrument.id, named])).toEqual([
      ['GOLD', false],
      ['SPY', false],
      ['ON', false],
    ]);
    expect(read([], { configured, onlyClass: 'future' })).toEqual(['future:GOLD GC']);
    expect(read([])).toEqual([]);
  });
});

describe('what is said of how a name was read', () => {
  const notices = (names: readonly string[], changed: Partial<SelectionContext> = {}): readonly string[] =>
    selectInstruments(names, context(changed)).notices;

  it.each(['GOLD', 'CORN', 'COAL', 'MILK'])(
    '%s is a market and a share: the market, and how to get the other',
    (name) => {
      expect(read(name)[0]).toMatch(new RegExp(`^future:${name} `));
      expect(notices([name])).toEqual([expect.stringContaining(`say stock:${name}`)]);
    },
  );

  it('nothing where there is no doubt', () => {
    expect(notices(['future:DOW', 'AAPL', 'EURUSD', 'GCJ24', 'GOLD_micro'])).toEqual([]);
    expect(notices(['DOW'], { onlyClass: 'future' })).toEqual([]);
    expect(notices(['EUR/USD', 'ESH26', 'GOLD_micro'])).toEqual([]);
    expect(notices(['DOW'], { configured: [stock('DOW')] })).toEqual([]);
  });
});

describe('a name given twice', () => {
  it('counts once, in whatever form', () => {
    expect(read(['AAPL', 'stock:AAPL', 'AAPL'])).toEqual(['stock:AAPL AAPL']);
    expect(read(['GCJ24', 'GCJ2024', 'GCJ24.CMX', 'future:GCJ24'])).toEqual(['future:GOLD GC GCJ24']);
    expect(read(['EURUSD', 'EURUSD=X', 'forex:EURUSD'])).toEqual(['forex:EURUSD EURUSD']);
    expect(read(['GOLD', 'future:GC'])).toEqual(['future:GOLD GC']);
  });

  it('is two where it means two things, in the order given', () => {
    expect(read(['future:DOW', 'stock:DOW', 'GCJ24', 'GCM24'])).toEqual([
      'future:DOW YM',
      'stock:DOW DOW',
      'future:GOLD GC GCJ24',
      'future:GOLD GC GCM24',
    ]);
  });
});

describe('the life of a contract', () => {
  it("is the settings' days, else the market's, else 365", () => {
    const from = (name: string, changed: Partial<SelectionContext> = {}): number | undefined =>
      selectInstruments([name], context(changed)).selections[0]?.contract?.life.from;
    expect(from('GCJ24')).toBe(Date.parse('2023-05-01'));
    expect(from('GCJ24', { daysCount: 100 })).toBe(Date.parse('2024-01-21'));
    // SUGAR11 trades for 200 days: 2024-10-31 less 200 days.
    expect(from('SBV24')).toBe(Date.parse('2024-04-14'));
  });
});
