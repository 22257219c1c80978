import { tradeDate } from '../calendar.ts';
import type { TradeDate } from '../calendar.ts';
import type { Holiday } from './holiday.ts';

/**
 * Days of the Chinese calendar, one year a line: New Year (1st of the 1st month), Buddha's birthday (8th of the 4th), dragon
 * boats (5th of the 5th), mid-autumn (15th of the 8th), double ninth (9th of the 9th). Month and day of our calendar.
 */
const LUNAR = `
1990 0127 0502 0528 1003 1026
1991 0215 0521 0616 0922 1016
1992 0204 0510 0605 0911 1004
1993 0123 0528 0624 0930 1023
1994 0210 0518 0613 0920 1013
1995 0131 0507 0602 0909 1101
1996 0219 0524 0620 0927 1020
1997 0207 0514 0609 0916 1010
1998 0128 0503 0530 1005 1028
1999 0216 0522 0618 0924 1017
2000 0205 0511 0606 0912 1006
2001 0124 0430 0625 1001 1025
2002 0212 0519 0615 0921 1014
2003 0201 0508 0604 0911 1004
2004 0122 0526 0622 0928 1022
2005 0209 0515 0611 0918 1011
2006 0129 0505 0531 1006 1030
2007 0218 0524 0619 0925 1019
2008 0207 0512 0608 0914 1007
2009 0126 0502 0528 1003 1026
2010 0214 0521 0616 0922 1016
2011 0203 0510 0606 0912 1005
2012 0123 0428 0623 0930 1023
2013 0210 0517 0612 0919 1013
2014 0131 0506 0602 0908 1002
2015 0219 0525 0620 0927 1021
2016 0208 0514 0609 0915 1009
2017 0128 0503 0530 1004 1028
2018 0216 0522 0618 0924 1017
2019 0205 0512 0607 0913 1007
2020 0125 0430 0625 1001 1025
2021 0212 0519 0614 0921 1014
2022 0201 0508 0603 0910 1004
2023 0122 0526 0622 0929 1023
2024 0210 0515 0610 0917 1011
2025 0129 0505 0531 1006 1029
2026 0217 0524 0619 0925 1018
2027 0207 0513 0609 0915 1008
2028 0126 0502 0528 1003 1026
2029 0213 0520 0616 0922 1016
2030 0202 0509 0605 0912 1005
2031 0123 0528 0624 1001 1024
2032 0211 0516 0612 0919 1012
2033 0131 0506 0601 0908 1001
2034 0219 0525 0620 0927 1020
2035 0208 0515 0610 0916 1009
`;

const FEASTS = ['new-year', 'buddha', 'dragon-boats', 'mid-autumn', 'double-ninth'] as const;
export type Feast = (typeof FEASTS)[number];

let years: ReadonlyMap<number, readonly string[]> | undefined;

function linesByYear(): ReadonlyMap<number, readonly string[]> {
  years ??= new Map(
    LUNAR.trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([year, ...days]) => [Number(year), days]),
  );
  return years;
}

/** A feast's date, 1990 to 2035; no date in other years. */
export function lunar(feast: Feast): Holiday {
  return (year) => {
    const text = linesByYear().get(year)?.[FEASTS.indexOf(feast)];
    return text === undefined ? [] : [tradeDate(year, Number(text.slice(0, 2)), Number(text.slice(2)))];
  };
}

/** Tomb-sweeping day, the solar term: 4 or 5 April. 2000 to 2099. */
export const CHING_MING: Holiday = (year) => {
  const inCentury = year % 100;
  const date: TradeDate = tradeDate(year, 4, Math.floor(inCentury * 0.2422 + 4.81) - Math.floor(inCentury / 4));
  return [date];
};
