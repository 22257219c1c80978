import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkJson } from '../../src/config/json-text.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test('a text without comments has a fault exactly when JSON.parse refuses it', () => {
  const damaged = fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', '"', ',', '}', ']', '{', ':', '\\', '-', '0', 'e', '.', '\n', 't', '\u0000'),
    )
    .map(([text, at, put]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + 1);
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), damaged), (text) => {
      fc.pre(!/\/[/*]/.test(text));
      expect(checkJson(text).fault === undefined).toBe(isJson(text));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['{"a":1,}', 1, 8, 'expected a key in double quotes, found "}"'],
  ["{'a':1}", 1, 2, 'expected a key in double quotes, found "\'"'],
  ['{"a" 1}', 1, 6, 'expected a colon, found "1"'],
  ['{"a":1\r\n "b":2}', 2, 2, 'expected a comma or "}", found "\\""'],
  ['[1,2', 1, 5, 'expected a comma or "]", found the end of the file'],
  ['[01]', 1, 3, 'expected a comma or "]", found "1"'],
  ['{"a":nul}', 1, 6, 'expected a value, found "n"'],
  ['{} / mine', 1, 4, 'expected nothing more after the end of the value, found "/"'],
  ['{\n/* open }', 2, 1, 'a comment that has no end; close it with */'],
  ['{} // mine\n{}', 2, 1, 'expected nothing more after the end of the value, found "{"'],
  ['"C:\\data"', 1, 4, 'a backslash that begins no escape of JSON (a backslash itself is \\\\)'],
  ['"two\nlines"', 1, 5, 'expected the double quote that ends the text, found "\\n"'],
  ['['.repeat(200), 1, 102, 'nested deeper than 100 levels'],
])('%j: line %i, column %i', (text, line, column, what) => {
  expect(checkJson(text).fault).toEqual({ line, column, what });
});

test('keys that occur twice in one object are found, the same key in two objects is none', () => {
  expect(checkJson('{"a":{"b":1},\n "c":{"b":1},\n "a":2}').repeated).toEqual([
    { line: 3, column: 2, what: '"a" occurs twice here; the later one counts' },
  ]);
});

test('comments change no value, wherever white space may stand, and stay text within texts', () => {
  const comment = fc.constantFrom('// "a": 1,\n', '//\r\n', '/* } */', '/**/', '/* two\nlines // */ ', '/*/ */');
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(comment, { minLength: 1 }), (value, comments) => {
      let next = 0;
      const put = (): string => comments[next++ % comments.length] ?? '';
      const text = JSON.stringify(value, null, 1).replace(/^ *|$/gm, put);
      const { fault, plain } = checkJson(text);
      expect(fault).toBeUndefined();
      expect(JSON.parse(plain)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  const url = '{"base_url":"http://127.0.0.1/*x*/"} // end';
  expect(JSON.parse(checkJson(url).plain)).toEqual({ base_url: 'http://127.0.0.1/*x*/' });
});
