/**
 * Markets of the catalogue whose names are tickers of listed shares too, with the company: in a list of shares the name means
 * the share. Names that nearly always mean the market (GOLD, CORN) are not among them.
 */
export const ALSO_TICKERS: ReadonlyMap<string, string> = new Map([
  ['CAC', 'Camden National'],
  ['DOW', 'Dow'],
  ['DX', 'Dynex Capital'],
  ['FANG', 'Diamondback Energy'],
  ['IBEX', 'IBEX Limited'],
  ['IRON', 'Disc Medicine'],
]);
