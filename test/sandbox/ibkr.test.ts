import { describe, expect, it } from 'vitest';
import { parseFaults } from '../../sandbox/faults.ts';
import { greetingOf, rawClient } from '../support/ib-client.ts';
import type { RawClient } from '../support/ib-client.ts';
import { standIn } from '../support/stand-in.ts';
import { framed } from '../support/tws.ts';

const NOW = '2024-07-03T06:00:00Z';
const GOLD = { symbol: 'GC', secType: 'FUT', exchange: 'COMEX' };
const SPY = { symbol: 'SPY', secType: 'STK', exchange: 'SMART', currency: 'USD' };

const portOf = ({ env }: { env: Readonly<Record<string, string>> }): number => Number(env['VORTEX_IBKR_PORT']);

/** A client that was let in. */
async function letIn(faults = '') {
  const sandbox = await standIn(NOW, faults);
  const client = await rawClient(portOf(sandbox));
  client.send(71, 2, 1, '');
  await client.next(([kind]) => kind === '9');
  return { sandbox, client };
}

type Wanted = Readonly<
  Partial<Record<'conId' | 'symbol' | 'secType' | 'month' | 'exchange' | 'currency' | 'expired', string | number>>
>;

const contractFields = (of: Wanted): (string | number)[] => [
  ...[of.conId ?? '', of.symbol ?? '', of.secType ?? '', of.month ?? '', '', '', '', of.exchange ?? '', ''],
  ...[of.currency ?? '', '', '', of.expired ?? 0],
];

/** Contract details of a search; the code of the error when there is one. */
async function searched(client: RawClient, id: number, of: Wanted): Promise<string[][] | string> {
  client.send(9, 8, id, ...contractFields(of), '', '', '');
  const last = await client.next((fields) => fields[2] === String(id) && (fields[0] === '52' || fields[0] === '4'));
  if (last?.[0] === '4') return last[3] ?? '';
  return client.heard.filter(([kind, about]) => kind === '10' && about === String(id));
}

interface Asked {
  readonly end?: string;
  readonly bar?: string;
  readonly duration?: string;
  readonly show?: string;
  readonly format?: number;
}

/** The answer to a request for history: a message 17, or an error. */
async function asked(client: RawClient, id: number, of: Wanted, wish: Asked = {}): Promise<string[]> {
  const { end = '20240629-00:00:00', bar = '1 day', duration = '1 W', show = 'TRADES', format = 2 } = wish;
  client.send(20, id, ...contractFields(of), end, bar, duration, 1, show, format, 0, '');
  const isIt = (fields: string[]): boolean =>
    (fields[0] === '17' && fields[1] === String(id)) || (fields[0] === '4' && fields[2] === String(id));
  return (await client.next(isIt)) ?? [];
}

describe('a handshake', () => {
  it('speaks the lower of both versions, and names accounts, a number and farms', async () => {
    const { client } = await letIn();
    await client.next((fields) => fields[3] === '2106');
    expect(client.heard[0]?.[0]).toBe('178');
    expect(client.heard.slice(1).map((fields) => (fields[0] === '4' ? fields[3] : fields[0]))).toEqual([
      '15',
      '9',
      '2104',
      '2106',
    ]);
    const old = await rawClient(portOf(await standIn(NOW)), [greetingOf('v100..165')]);
    await old.next(() => true);
    expect(old.heard[0]?.[0]).toBe('165');
  });

  it('may come in any pieces, its end glued to what follows', async () => {
    const sandbox = await standIn(NOW);
    const bytes = Buffer.concat([greetingOf('v100..193'), framed([71, 2, 9, ''])]);
    const pieces = [bytes.subarray(0, 2), bytes.subarray(2, 6), bytes.subarray(6, 20), bytes.subarray(20)];
    const client = await rawClient(portOf(sandbox), pieces);
    expect(await client.next(([kind]) => kind === '9')).toEqual(['9', '1', '1']);
  });

  it.each([
    ['a web request', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['versions that are none', greetingOf('nonsense')],
    ['only newer versions', greetingOf('v200..210')],
  ])('of %s ends', async (_, greeting) => {
    const client = await rawClient(portOf(await standIn(NOW)), [greeting]);
    await client.ended;
    expect(client.heard).toEqual([]);
  });

  it('with a client id that is in use: 326, and the line ends; once it is free again it is let in', async () => {
    const { sandbox, client } = await letIn();
    const second = await rawClient(portOf(sandbox));
    second.send(71, 2, 1, '');
    await second.ended;
    expect(second.heard.at(-1)?.slice(0, 4)).toEqual(['4', '2', '-1', '326']);
    expect(client.heard.some((fields) => fields[3] === '326')).toBe(false);
  });
});

describe('contracts', () => {
  it('expired ones are shown only to those who ask for them, and for two years', async () => {
    const { client } = await letIn();
    expect(await searched(client, 1, { ...GOLD, month: '202404' })).toBe('200');
    const found = await searched(client, 2, { ...GOLD, month: '202404', expired: 1 });
    expect(found).toHaveLength(1);
    expect(found[0]?.slice(2, 5)).toEqual(['GC', 'FUT', '20240426 13:30 US/Eastern']);
    expect(await searched(client, 3, { ...GOLD, month: '202204', expired: 1 })).toBe('200');
  });

  it('a search without a month finds all of them', async () => {
    const { client } = await letIn();
    const live = await searched(client, 1, GOLD);
    const all = await searched(client, 2, { ...GOLD, expired: 1 });
    expect(live.length).toBeGreaterThan(3);
    expect(all.length).toBeGreaterThan(live.length);
  });

  it.each([
    ['a month outside the cycle', { ...GOLD, month: '202405', expired: 1 }],
    ['another exchange', { ...GOLD, exchange: 'NYMEX' }],
    ['a stock that nobody knows', { ...SPY, symbol: 'XYZQ' }],
    ['a stock in another currency', { ...SPY, currency: 'EUR' }],
    ['an option', { ...SPY, secType: 'OPT' }],
  ])('%s is none', async (_, of) => {
    const { client } = await letIn();
    expect(await searched(client, 1, of)).toBe('200');
  });
});

describe('history', () => {
  it('gives a stock’s week, one row a trading day', async () => {
    const { client } = await letIn();
    const answer = await asked(client, 1, SPY);
    expect(answer[4]).toBe('5');
    expect(answer.filter((field) => /^202406\d\d$/.test(field))).toEqual([
      '20240624',
      '20240625',
      '20240626',
      '20240627',
      '20240628',
    ]);
  });

  it('writes instants as seconds or as the clock of New York', async () => {
    const { client } = await letIn();
    const wish = { bar: '1 hour', duration: '1 D', end: '20240629-00:00:00' };
    expect((await asked(client, 1, SPY, wish))[5]).toBe('1719581400');
    expect((await asked(client, 2, SPY, { ...wish, format: 1 }))[5]).toBe('20240628 09:30:00 US/Eastern');
  });

  it('ends where it is told, in UTC or in a zone, and takes nothing of after now', async () => {
    const { client } = await letIn();
    const wish = { bar: '1 hour', duration: '1 D' };
    const utc = await asked(client, 1, SPY, { ...wish, end: '20240628-15:00:00' });
    const there = await asked(client, 2, SPY, { ...wish, end: '20240628 11:00:00 US/Eastern' });
    expect(utc.slice(4)).toEqual(there.slice(4));
    expect(utc[4]).toBe('2');
    const open = await asked(client, 3, SPY, { end: '', duration: '1 W' });
    expect(open.filter((field) => /^20240[67]\d\d$/.test(field)).at(-1)).toBe('20240702');
  });

  it('a session that the end cuts is what it was by then', async () => {
    const { client } = await letIn();
    const cut = await asked(client, 1, SPY, { end: '20240628-15:00:00', duration: '1 D' });
    const whole = await asked(client, 2, SPY, { end: '20240629-00:00:00', duration: '1 D' });
    expect(cut[5]).toBe('20240628');
    expect(Number(cut[10])).toBeLessThan(Number(whole[10]));
  });

  it('of pairs has a middle price and no trades', async () => {
    const { client } = await letIn();
    const EUR = { symbol: 'EUR', secType: 'CASH', exchange: 'IDEALPRO', currency: 'USD' };
    expect((await asked(client, 1, EUR, { show: 'MIDPOINT' }))[10]).toBe('-1');
    expect((await asked(client, 2, EUR))[4]).toBe(
      'Historical Market Data Service error message:No historical market data for EUR/CASH@FXSUBPIP Last',
    );
  });

  it('that is not there is 162 with a name', async () => {
    const { client } = await letIn();
    const answer = await asked(client, 1, { ...GOLD, month: '202404', expired: 1 }, { end: '20220101-00:00:00' });
    expect(answer.slice(3, 5)).toEqual([
      '162',
      'Historical Market Data Service error message:HMDS query returned no data: GCJ4@COMEX Trades',
    ]);
  });

  it.each([
    ['10314', { end: 'yesterday' }, /date, time, or time-zone/],
    ['10314', { end: '20240631-00:00:00' }, /date, time, or time-zone/],
    ['10314', { end: '20240628 11:00:00 Nowhere' }, /date, time, or time-zone/],
    ['321', { duration: '400 D' }, /durations longer than 365 days must be made in years\.$/],
    ['321', { duration: 'long' }, /duration/],
    ['321', { show: 'ADJUSTED_LAST' }, /adjusted last/],
    ['321', { bar: '7 mins' }, /bar size setting is invalid\. Legal ones are: 1 secs/],
    ['321', { show: 'EVERYTHING' }, /what to show/],
    ['321', { format: 3 }, /formatDate/],
    // The end is looked at before the duration, the duration before the size.
    ['10314', { end: 'x', duration: 'x', bar: 'x' }, /date/],
    ['321', { duration: 'x', bar: 'x' }, /duration/],
  ])('is refused with %s: %j', async (code, wish, words) => {
    const { client } = await letIn();
    const answer = await asked(client, 1, SPY, wish);
    expect(answer[3]).toBe(code);
    expect(answer[4]).toMatch(words);
  });

  it('of bars of seconds has a pace, on the clock of the sandbox', async () => {
    const { sandbox, client } = await letIn();
    const wish = { bar: '5 secs', duration: '3600 S' };
    expect((await asked(client, 1, SPY, wish))[4]).toContain('no data');
    expect((await asked(client, 2, SPY, wish))[4]).toContain('pacing violation');
    await sandbox.change({ now: '2024-07-03T06:01:00Z' });
    expect((await asked(client, 3, SPY, wish))[4]).toContain('no data');
  });

  it('that is cancelled says so; one that is done is not found', async () => {
    const { client } = await letIn('ibkr:slow=1@60000');
    client.send(20, 5, ...contractFields(SPY), '', '1 day', '1 W', 1, 'TRADES', 2, 0, '');
    client.send(25, 1, 5);
    const word = await client.next((fields) => fields[0] === '4' && fields[2] === '5');
    expect(word?.[4]).toBe('Historical Market Data Service error message:API historical data query cancelled: 5');
    client.send(25, 1, 6);
    const none = await client.next((fields) => fields[0] === '4' && fields[2] === '6');
    expect(none?.slice(3, 5)).toEqual(['366', 'No historical data query found for ticker id:6']);
  });
});

describe('faults', () => {
  it.each([
    'pacing',
    'no-permission',
    'no-permission=1@COMEX',
    'away=0.5@100',
    'away-lost',
    'reset',
    'stall',
    'cut',
    'hang',
    'slow=1@5',
    'first=2@stall',
    'after=3',
  ])('ibkr:%s is one', (fault) => {
    expect(parseFaults(`ibkr:${fault}`).get('ibkr')).toHaveLength(1);
  });

  it.each(['ibkr:429', 'ibkr:html', 'ibkr:first=2@503', 'ibkr:away=1@soon', 'yahoo:pacing', 'yahoo:first=2@away'])(
    '%s is none',
    (faults) => {
      expect(() => parseFaults(faults)).toThrow(/fault/);
    },
  );
});
