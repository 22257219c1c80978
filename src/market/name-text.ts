/** Most characters of a name; it stands in file names, with our endings behind it. */
export const LONGEST_NAME = 64;

const INVISIBLE = /\p{Cf}/gu;
const ODD_BLANK = /[\p{Zs}\p{Zl}\p{Zp}]/u;
const UNPRINTABLE = /[\p{C}\p{Z}]/gu;

const WORDS: ReadonlyMap<string, string> = new Map([
  ['\u200B', 'zero-width space'],
  ['\u200C', 'zero-width non-joiner'],
  ['\u200D', 'zero-width joiner'],
  ['\u2060', 'word joiner'],
  ['\uFEFF', 'byte order mark'],
  ['\u00AD', 'soft hyphen'],
  ['\u00A0', 'no-break space'],
]);

const codeOf = (character: string): string =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');

/** U+200B (zero-width space) */
function called(character: string): string {
  const word = WORDS.get(character);
  return `U+${codeOf(character)}${word === undefined ? '' : ` (${word})`}`;
}

/** A name in quotes; what an eye cannot see is written as its code. Cut when long. */
export function shownName(name: string): string {
  const cut = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return JSON.stringify(cut).replace(UNPRINTABLE, (character) =>
    character === ' ' ? character : `\\u${codeOf(character).toLowerCase()}`,
  );
}

/** Why a text cannot be the name of an instrument, whatever its class; undefined when it may be one. Pure. */
export function nameFault(name: string): string | undefined {
  const [hidden] = name.match(INVISIBLE) ?? [];
  if (hidden !== undefined) {
    return `${shownName(name)} holds an invisible character, ${called(hidden)}; write ${name.replace(INVISIBLE, '')}`;
  }
  const blank = ODD_BLANK.exec(name)?.[0];
  if (blank !== undefined && blank !== ' ') {
    return `${shownName(name)} is no symbol: it holds a blank, ${called(blank)}; delete it`;
  }
  if (!/^[^\s/\\\p{Cc}]+$/u.test(name) || name.includes('..')) {
    return `${shownName(name)} is no symbol: spaces, slashes and .. are not allowed`;
  }
  if (name.length > LONGEST_NAME) {
    return `${shownName(name)} is too long: ${name.length} characters; a name has ${LONGEST_NAME} at most`;
  }
  return undefined;
}

/** A name whose small letters (a to z) are capitals. */
export const inCapitals = (name: string): string => name.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** A pair without the stroke that many write in it: EURUSD of EUR/USD; any other name as it is. */
export const withoutStroke = (name: string): string => name.replace(/^([A-Za-z]{3})\/([A-Za-z]{3})$/, '$1$2');
