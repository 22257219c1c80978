/** Longest text from outside within a message, characters. */
const LONGEST = 300;

/** Control characters (C0, DEL, C1), and those that turn the direction of text around. */
const CONTROL = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;
const CONTROL_IN_LINES = /(?![\n\t])[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

function asCode(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
}

/** Text for a terminal: line ends and tabs stay, other control characters are shown as `\x1b`. Pure. */
export const visibleText = (text: string): string => text.replace(CONTROL_IN_LINES, asCode);

/** The same within one line: line ends and tabs are shown as well. Pure. */
export const visibleLine = (text: string): string => text.replace(CONTROL, asCode);

/** Text that a source sent (error bodies, names, currencies), for a message: one line, 300 characters at most. Pure. */
export function outsideText(text: string): string {
  const characters = Array.from(text.slice(0, 2 * LONGEST + 1));
  const cut = characters.length > LONGEST ? `${characters.slice(0, LONGEST).join('')}…` : text;
  return visibleLine(cut);
}

const IN_JSON = /\\(?:u00([01][0-9a-fA-F])|u00(7f)|([bfr\\/"nt]))|[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;
const SHORT: ReadonlyMap<string, string> = new Map([
  ['b', '08'],
  ['f', '0c'],
  ['r', '0d'],
]);

/** The same in a line of JSON: what is read from it holds control characters as they are shown. Pure. */
export function visibleJson(line: string): string {
  return line.replace(IN_JSON, (whole: string, low?: string, del?: string, letter?: string) => {
    const code = low ?? del ?? (letter === undefined ? undefined : SHORT.get(letter));
    if (code !== undefined) return `\\\\x${code.toLowerCase()}`;
    return letter === undefined ? `\\${asCode(whole)}` : whole;
  });
}
