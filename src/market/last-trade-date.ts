import { firstOfNextMonth, isWeekday, tradeDate, weekday } from './calendar.ts';
import type { TradeDate } from './calendar.ts';
import { DAY_MS } from './period.ts';

/** True for a date on which the exchange trades. */
export type IsSession = (date: TradeDate) => boolean;

/** Finds the last trade date of the contract of a month; month is 1 to 12, or below 1 for a month of an earlier year. */
type Rule = (year: number, month: number, isSession: IsSession) => TradeDate;

/** No exchange stays closed for so many days. */
const LONGEST_CLOSURE = 30;

/** The rules have been what they are since then; what held before differs from market to market. */
const RULES_SINCE = 2001;

function step(date: TradeDate, days: 1 | -1, isSession: IsSession): TradeDate {
  for (let away = 1; away <= LONGEST_CLOSURE; away++) {
    const next = date + away * days * DAY_MS;
    if (isSession(next)) return next;
  }
  return date + days * DAY_MS;
}

/** So many sessions before the date, which need not be one itself. */
function sessionsBefore(date: TradeDate, count: number, isSession: IsSession): TradeDate {
  let at = date;
  for (let done = 0; done < count; done++) at = step(at, -1, isSession);
  return at;
}

const onOrBefore = (date: TradeDate, isSession: IsSession): TradeDate =>
  isSession(date) ? date : step(date, -1, isSession);
const onOrAfter = (date: TradeDate, isSession: IsSession): TradeDate =>
  isSession(date) ? date : step(date, 1, isSession);

const [WEDNESDAY, FRIDAY] = [3, 5];

/** The first, second, … Wednesday or Friday of a month. */
function nthWeekday(year: number, month: number, day: number, nth: number): TradeDate {
  const first = tradeDate(year, month, 1);
  return first + (((day - weekday(first) + 7) % 7) + (nth - 1) * 7) * DAY_MS;
}

/** Sessions before the last session of the month, or of the month so many months earlier. */
const beforeLastSession =
  (count: number, monthsEarlier = 0): Rule =>
  (year, month, isSession) =>
    sessionsBefore(firstOfNextMonth(tradeDate(year, month - monthsEarlier, 1)), count + 1, isSession);

/** Sessions before a day of the month. */
const beforeDay =
  (day: number, count: number): Rule =>
  (year, month, isSession) =>
    sessionsBefore(tradeDate(year, month, day), count, isSession);

/** Sessions before the third Wednesday of the month, or of a later one. */
const beforeThirdWednesday =
  (count: number, monthsLater = 0): Rule =>
  (year, month, isSession) =>
    sessionsBefore(nthWeekday(year, month + monthsLater, WEDNESDAY, 3), count, isSession);

const onFriday =
  (nth: number): Rule =>
  (year, month, isSession) =>
    onOrBefore(nthWeekday(year, month, FRIDAY, nth), isSession);

const beforeSecondFriday: Rule = (year, month, isSession) =>
  sessionsBefore(nthWeekday(year, month, FRIDAY, 2), 1, isSession);

const lastFriday: Rule = (year, month, isSession) => {
  const end = firstOfNextMonth(tradeDate(year, month, 1));
  const friday = end - (((weekday(end) - FRIDAY + 6) % 7) + 1) * DAY_MS;
  return onOrBefore(friday, isSession);
};

/** Crude oil: sessions before the 25th of the month before, or before the last session ahead of it. */
const beforeThe25th =
  (count: number): Rule =>
  (year, month, isSession) =>
    sessionsBefore(onOrBefore(tradeDate(year, month - 1, 25), isSession), count, isSession);

/** Thirty days before the third Friday of the month that follows. */
const volatility: Rule = (year, month, isSession) => {
  const expiry = onOrBefore(nthWeekday(year, month + 1, FRIDAY, 3), isSession);
  return onOrBefore(expiry - 30 * DAY_MS, isSession);
};

/** Two exchange days before the delivery day, which is the tenth or the exchange day after it. */
const eurexBond: Rule = (year, month, isSession) =>
  sessionsBefore(onOrAfter(tradeDate(year, month, 10), isSession), 2, isSession);

/** Brent leaves two months before its month, since the contract of March 2016; before, fifteen days ahead of the month. */
const brent: Rule = (year, month, isSession) => {
  if (year < 2016 || (year === 2016 && month < 3)) {
    return sessionsBefore(tradeDate(year, month, 1) - 15 * DAY_MS, 1, isSession);
  }
  // The last session of the year precedes New Year's Day, and trading ends on the one before.
  return beforeLastSession(month === 2 ? 1 : 0, 2)(year, month, isSession);
};

const tenthSession: Rule = (year, month, isSession) => {
  let at = tradeDate(year, month, 1) - DAY_MS;
  for (let done = 0; done < 10; done++) at = step(at, 1, isSession);
  return at;
};

/** Each rule, and the markets of the catalogue that follow it. */
const RULES: readonly (readonly [rule: Rule, markets: string])[] = [
  [beforeDay(15, 1), 'CORN CORN_mini WHEAT WHEAT_mini REDWHEAT OATIES RICE SOYBEAN SOYBEAN_mini SOYMEAL SOYOIL CANOLA'],
  [beforeDay(14, 2), 'GASOIL'],
  [tenthSession, 'LEANHOG'],
  [beforeLastSession(8), 'COFFEE'],
  [beforeLastSession(11), 'COCOA_NY'],
  [beforeLastSession(16), 'COTTON2'],
  [beforeLastSession(0, 1), 'SUGAR11 HEATOIL GASOLINE RUBBER'],
  [beforeThe25th(3), 'CRUDE_W'],
  [beforeThe25th(4), 'CRUDE_W_micro'],
  [beforeLastSession(2, 1), 'GAS_US GAS-LAST COPPER-micro'],
  [beforeLastSession(3, 1), 'GAS_US_mini GAS-PEN'],
  [brent, 'BRENT_W BRENT-LAST'],
  [beforeLastSession(2), 'GOLD GOLD_micro SILVER COPPER PLAT PALLAD ALUMINIUM GILT'],
  [beforeLastSession(7), 'US10 US10U US30 US30Y CAD2 CAD5 CAD10'],
  [beforeLastSession(0), 'US2 US3 US5 FED LIVECOW'],
  [beforeLastSession(1), 'HANG HANGENT HANGENT_mini HANGTECH FTSECHINAA FTSETAIWAN MSCISING'],
  [eurexBond, 'BUND BOBL SHATZ BUXL BTP BTP3 BONO OAT CH10'],
  [beforeThirdWednesday(1, 3), 'SOFR'],
  [beforeThirdWednesday(2), 'EURIBOR EURIBOR-ICE DX'],
  [
    beforeThirdWednesday(2),
    'AUD AUD_micro EUR EUR_micro GBP GBP_micro JPY CHF NZD MXP NOK SEK PLN CZK ZAR ' +
      'AUDJPY CADJPY CHFJPY EURAUD EURCHF GBPEUR GBPJPY YENEUR',
  ],
  [beforeThirdWednesday(1), 'CAD CAD_micro'],
  [
    onFriday(3),
    'SP500 SP500_micro SP400 NASDAQ NASDAQ_micro DOW RUSSELL R1000_mini US-DISCRETE US-ENERGY US-FINANCE US-HEALTH ' +
      'US-INDUSTRY US-MATERIAL US-PROPERTY US-REALESTATE US-STAPLES US-TECH US-UTILS DAX MID-DAX TECDAX SMI SMI-MID ' +
      'EUROSTX EUROSTX-LARGE EUROSTX-SMALL EUROSTX200-LARGE EURO600 EU-AUTO EU-BANKS EU-BASIC EU-CONSTRUCTION ' +
      'EU-DJ-CHEM EU-DJ-OIL EU-DJ-TELECOM EU-DJ-UTIL EU-FOOD EU-HEALTH EU-HOUSE EU-INSURE EU-MEDIA EU-MID ' +
      'EU-REALESTATE EU-RETAIL EU-OIL EU-TECH EU-TRAVEL EU-UTILS FTSE100 FTSE250 IBEX AEX CAC BEL20 FANG',
  ],
  [beforeSecondFriday, 'TOPIX MUMMY NIKKEI400 JP-REALESTATE'],
  [volatility, 'VIX VIX_mini V2X'],
  [lastFriday, 'BITCOIN ETHEREUM ETHER-micro'],
];

let byMarket: ReadonlyMap<string, Rule> | undefined;

/**
 * The true last trade date of a contract, by the published rule of its exchange; undefined where the rule is not known, and
 * before 2001. The rule counts sessions: with the default, which takes every weekday for one, a holiday makes it some days late.
 * Pure.
 * @param market id in the catalogue
 * @param month 1 to 12
 */
export function lastTradeDate(
  market: string,
  year: number,
  month: number,
  isSession: IsSession = isWeekday,
): TradeDate | undefined {
  if (year < RULES_SINCE) return undefined;
  byMarket ??= new Map(RULES.flatMap(([rule, markets]) => markets.split(' ').map((id) => [id, rule] as const)));
  return byMarket.get(market)?.(year, month, isSession);
}
