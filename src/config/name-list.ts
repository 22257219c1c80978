import { resolve } from 'node:path';
import { readUnicodeText, shortPath } from './text-file.ts';

/** A name of a list, and where it stands. */
export interface ListedName {
  readonly name: string;
  /** `list.txt: line 3` */
  readonly place: string;
}

/** The names of a list, or why there are none. */
export type NameList =
  { readonly names: readonly ListedName[]; readonly notices: readonly string[] } | { readonly problem: string };

/** Words over the first column of a list that is a table. */
const HEADINGS: ReadonlySet<string> = new Set(['symbol', 'ticker', 'instrument', 'name', 'code']);
const DELIMITERS = [',', ';', '\t'] as const;

interface Line {
  readonly text: string;
  readonly number: number;
}

/** The fields of one line of a CSV; quotes may enclose a field, two of them within it are one. */
function fieldsOf(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (isQuoted && character === '"' && line.charAt(at + 1) === '"') {
      field += '"';
      at++;
    } else if (character === '"') isQuoted = !isQuoted;
    else if (character === delimiter && !isQuoted) {
      fields.push(field);
      field = '';
    } else field += character;
  }
  return [...fields, field].map((each) => each.trim());
}

/** How a table is to be read: its delimiter, the column of the names (from 0), and whether its first line is a heading. */
interface Table {
  readonly delimiter: string;
  readonly column: number;
  readonly hasHeading: boolean;
}

function tableOf(first: string): Table | undefined {
  for (const delimiter of DELIMITERS) {
    const heading = fieldsOf(first, delimiter).map((field) => field.toLowerCase());
    const column = heading.indexOf('symbol');
    if (column >= 0 && heading.length > 1) return { delimiter, column, hasHeading: true };
  }
  const delimiter = DELIMITERS.find((each) => each !== '\t' && first.includes(each));
  if (delimiter === undefined) return undefined;
  const [heading = ''] = fieldsOf(first, delimiter);
  return { delimiter, column: 0, hasHeading: HEADINGS.has(heading.toLowerCase()) };
}

const withoutComment = (text: string): string => text.replace(/(^|\s)#.*$/, '');

/** White space as people see it; an invisible byte order mark inside a list is no blank, it is told. */
const BLANKS = /[^\S\uFEFF]+/;

function plainNames(lines: readonly Line[]): { name: string; number: number }[] {
  const [first] = lines;
  const rest = first?.text.trim().toLowerCase() === 'symbol' ? lines.slice(1) : lines;
  return rest.flatMap(({ text, number }) =>
    withoutComment(text)
      .split(BLANKS)
      .filter((name) => name !== '')
      .map((name) => ({ name, number })),
  );
}

/**
 * The names in the text of a list: separated by white space, or in the column `Symbol` (else the first one) of a CSV; what
 * follows `#` is a comment. Pure.
 * @param short the file, for people
 */
export function namesIn(text: string, short: string): { names: ListedName[]; notices: string[] } {
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ text: line, number: index + 1 }))
    .filter((line) => !/^\s*(#.*)?$/.test(line.text));
  const table = tableOf(withoutComment(lines[0]?.text ?? ''));
  const placed = (found: readonly { name: string; number: number }[]): ListedName[] =>
    found.map(({ name, number }) => ({ name, place: `${short}: line ${number}` }));
  if (table === undefined) return { names: placed(plainNames(lines)), notices: [] };
  const rows = table.hasHeading ? lines.slice(1) : lines;
  const names = rows
    .map((line) => ({ name: fieldsOf(line.text, table.delimiter)[table.column] ?? '', number: line.number }))
    .filter(({ name }) => name !== '');
  return {
    names: placed(names),
    notices: [`${short} is read as a table: ${names.length} names, in column ${table.column + 1}`],
  };
}

/** Reads a list of names. */
export function readNameList(path: string, cwd: string): NameList {
  const full = resolve(cwd, path);
  const short = shortPath(full, cwd);
  const file = readUnicodeText(full);
  return 'fault' in file ? { problem: `${short}: ${file.fault}` } : namesIn(file.text, short);
}
