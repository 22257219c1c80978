import { describe, expect, it } from 'vitest';
import { meaningOf } from '../../src/providers/ibkr/codes.ts';
import { desk, ibkrAt, SoonClock } from '../support/ibkr.ts';
import { refusal, request, stampsOf, stock } from '../support/session.ts';
import { details, endOfDetails, historyOf, tws, wordOf } from '../support/tws.ts';
import { contractIn, market } from './markets.ts';

const NOW = '2024-07-03T06:00:00Z';
const SERVICE = 'Historical Market Data Service error message:';
// Recent, so that only the contract and its bars are asked for.
const WEEK = request({ instrument: stock('SPY'), period: '1d', from: '2024-06-24', to: '2024-07-03' });
const never = new AbortController().signal;

/** What becomes of a series when a word comes in place of its bars. */
async function saidInPlaceOfBars(code: number, text: string) {
  const { options } = await tws({ onHistory: (line, id) => line.say(wordOf(id, code, text)) });
  return ibkrAt(options, NOW).fetchBars(WEEK, never);
}

describe('a word of the server in place of bars', () => {
  it('162 with "no data" is an answer: proven empty', async () => {
    const { bars } = await saidInPlaceOfBars(162, `${SERVICE}HMDS query returned no data: SPY@SMART Trades`);
    expect(bars.time).toHaveLength(0);
  });

  it.each([
    ['no permission', 162, `${SERVICE}No market data permissions for COMEX FUT`, 'not-servable', /subscribe/],
    ['not subscribed', 354, 'Requested market data is not subscribed.', 'not-servable', /subscribe/],
    ['not subscribed', 10089, 'Requested market data requires additional subscription', 'not-servable', /subscribe/],
    ['partly subscribed', 10090, 'Part of requested market data is not subscribed.', 'not-servable', /subscribe/],
    ['delayed', 10167, 'Requested market data is not subscribed. Displaying delayed', 'not-servable', /subscribe/],
    [
      'not subscribed',
      10168,
      'Requested market data is not subscribed.',
      'not-servable',
      /subscription for it: subscribe/,
    ],
    [
      'a competing session',
      10197,
      'No market data during competing live session',
      'provider-fault',
      /end that session/,
    ],
    ['an invalid step', 162, `${SERVICE}invalid step: 1`, 'provider-fault', /step/],
    [
      'no trades of a pair',
      162,
      `${SERVICE}No historical market data for EUR/CASH@FXSUBPIP Last`,
      'provider-fault',
      /Last/,
    ],
    ['another language', 162, 'Fehler: HMDS-Abfrage ergab keine Daten: SPY@SMART', 'provider-fault', /English/],
    ['an ended request', 162, `${SERVICE}API historical data query cancelled: 2`, 'provider-fault', /by itself/],
    [
      'a bar size',
      321,
      "Error validating request.-'bM' : cause - Historical data bar size setting is invalid.",
      'not-servable',
      /bar size/,
    ],
    ['a bar size in German', 321, 'Fehler bei der Validierung', 'not-servable', /Validierung/],
    ['an unreadable request', 320, 'Error reading request.', 'not-servable', /reading/],
    [
      'a number used twice',
      322,
      "Error processing request.-'bM' : cause - Duplicate ticker id",
      'not-servable',
      /Duplicate/,
    ],
    ['an end', 10314, 'End Date/Time: The date, time, or time-zone entered is invalid.', 'not-servable', /time-zone/],
    [
      'a continuous future',
      10339,
      'Setting end date/time for continuous future security type is not allowed',
      'not-servable',
      /continuous/,
    ],
    [
      'an unknown contract',
      200,
      'No security definition has been found for the request',
      'provider-fault',
      /definition/,
    ],
    ['something new', 99_999, 'A word that nobody knows', 'provider-fault', /nobody/],
  ])('%s fails that series only (%i)', async (_, code, text, errorCode, words) => {
    const error = await refusal(saidInPlaceOfBars(code, text));
    expect(error).toMatchObject({ code: errorCode, disposition: 'skip-series' });
    expect(error.message).toMatch(words);
    expect(error.message).toContain(`(${code})`);
    expect(error.message).toContain('1d bars of SPY');
  });

  it('the same user at another place ends the work of the provider, and says what to do', async () => {
    const text = `${SERVICE}Trading TWS session is connected from a different IP address`;
    const error = await refusal(saidInPlaceOfBars(162, text));
    expect(error).toMatchObject({ code: 'refused', disposition: 'stop-provider' });
    expect(error.message).toMatch(/log out there/);
  });

  it.each([
    [165, 'Historical market Data Service query message: HMDS server connection was successful.'],
    [2103, 'Market data farm connection is broken:usfarm'],
    [2105, 'HMDS data farm connection is broken:ushmds'],
    [2107, 'HMDS data farm connection is inactive but should be available upon demand.'],
    [2158, 'Sec-def data farm connection is OK:secdefnj'],
    [2174, 'Warning: You submitted request with date-time attributes without explicit time zone.'],
  ])('%i is a notice: the bars that follow count', async (code, text) => {
    const { options } = await tws({
      onHistory: (line, id) => {
        line.say(wordOf(id, code, text), wordOf(-1, code, text), historyOf(id, '20240628,1,2,0.5,1.5,10'));
      },
    });
    const { bars } = await ibkrAt(options, NOW).fetchBars(WEEK, never);
    expect(stampsOf(bars, '1d')).toEqual(['2024-06-28']);
  });

  it('366, the word to a cancelled request, is for nobody', () => {
    expect(meaningOf(366, 'No historical data query found for ticker id:28')).toBe('cancelled');
  });

  it('420 is a matter of pace', () => {
    expect(meaningOf(420, 'Invalid Real-time Query: Historical data request pacing violation')).toBe('pacing');
  });
});

describe('nothing found while a farm is away proves nothing', () => {
  const noData = (id: string) => wordOf(id, 162, `${SERVICE}HMDS query returned no data: SPY@SMART Trades`);
  const up = wordOf(-1, 2106, 'HMDS-Datenfarm verbunden:ushmds');
  const away = [
    [2103, 'Market data farm connection is broken:usfarm'],
    [2105, 'HMDS data farm connection is broken:ushmds'],
    [2107, 'HMDS data farm connection is inactive but should be available upon demand.ushmds'],
  ] as const;

  it.each(away)('%i and no bars, asked twice, is a failure', async (code, text) => {
    const { options, heard } = await tws({
      onHistory: (line, id) => line.say(wordOf(-1, code, text), noData(id)),
    });
    const error = await refusal(ibkrAt(options, NOW, new SoonClock()).fetchBars(WEEK, never));
    expect(error).toMatchObject({ code: 'provider-fault', disposition: 'skip-series' });
    expect(error.message).toContain('proves nothing');
    expect(heard.filter(([kind]) => kind === '20')).toHaveLength(2);
  });

  it.each(away.slice(1))('%i and no bars is asked once more, when the farm is there', async (code, text) => {
    const { options } = await tws({
      onHistory: (line, id, _, nth) => {
        if (nth > 1) line.say(historyOf(id, '20240628,1,2,0.5,1.5,10'));
        else {
          line.say(wordOf(-1, code, text), noData(id));
          setTimeout(() => line.say(up), 50);
        }
      },
    });
    const { bars } = await ibkrAt(options, NOW).fetchBars(WEEK, never);
    expect(stampsOf(bars, '1d')).toEqual(['2024-06-28']);
  });

  it('no bars from a farm that came back is an answer', async () => {
    const { options } = await tws({
      onHistory: (line, id, _, nth) => {
        const word = nth === 1 ? wordOf(-1, 2105, 'HMDS data farm connection is broken:ushmds') : up;
        line.say(word, noData(id));
      },
    });
    const { bars } = await ibkrAt(options, NOW, new SoonClock()).fetchBars(WEEK, never);
    expect(bars.time).toHaveLength(0);
  });

  it('a farm of live prices that is idle is no reason to doubt the answer, but to ask once more', async () => {
    const { options, heard } = await tws({
      onHistory: (line, id) => line.say(wordOf(-1, 2108, 'Market data farm connection is inactive:usfarm'), noData(id)),
    });
    const { bars } = await ibkrAt(options, NOW).fetchBars(WEEK, never);
    expect(bars.time).toHaveLength(0);
    expect(heard.filter(([kind]) => kind === '20')).toHaveLength(2);
  });

  it('a contract not found while the definitions are out of reach is not "no such symbol"', async () => {
    const { options } = await tws({
      onStart: (line) => line.say([9, 1, 1], wordOf(-1, 2157, 'Sec-def data farm connection is broken:secdefnj')),
      onDetails: (line, id) => line.say(wordOf(id, 200, 'No security definition has been found for the request')),
    });
    expect((await refusal(ibkrAt(options, NOW).fetchBars(WEEK, never))).code).toBe('provider-fault');
  });
});

describe('a contract that is not found', () => {
  it('200 in any language is "no such symbol", for a search finds or does not', async () => {
    for (const text of ['No security definition has been found for the request', 'Keine Wertpapierdefinition']) {
      const { options } = await tws({ onDetails: (line, id) => line.say(wordOf(id, 200, text)) });
      const error = await refusal(ibkrAt(options, NOW).fetchBars(WEEK, never));
      expect(error).toMatchObject({ code: 'no-such-symbol', message: 'no such symbol at ibkr: SPY' });
    }
  });

  it('no details at all say the same', async () => {
    const { options } = await tws({ onDetails: (line, id) => line.say(endOfDetails(id)) });
    expect((await refusal(ibkrAt(options, NOW).fetchBars(WEEK, never))).code).toBe('no-such-symbol');
  });

  it('several that nothing tells apart are refused by name, not taken by chance', async () => {
    const { options } = await tws({
      onDetails: (line, id) => line.say(details(id, { conId: 1 }), details(id, { conId: 2 }), endOfDetails(id)),
    });
    const error = await refusal(ibkrAt(options, NOW).fetchBars(WEEK, never));
    expect(error.code).toBe('not-servable');
    expect(error.message).toContain('symbols');
  });
});

it('a missing subscription of one exchange leaves the others alone', async () => {
  const { fetch } = await desk(NOW, 'ibkr:no-permission@COMEX');
  const gold = request({ ...contractIn(market('GOLD'), 'Q24'), period: '1d', from: '2024-06-24', to: '2024-07-03' });
  const error = await refusal(fetch(gold));
  expect(error).toMatchObject({ code: 'not-servable', disposition: 'skip-series' });
  expect(error.message).toContain('No market data permissions for COMEX FUT');
  expect((await fetch(WEEK)).bars.time.length).toBeGreaterThan(0);
});
