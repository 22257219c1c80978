import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { textTable } from '../../src/cli/table.ts';
import { processOutput, writeJson } from '../../src/cli/output.ts';
import { VortexError } from '../../src/market/errors.ts';
import { outsideText, visibleJson, visibleLine, visibleText } from '../../src/market/outside-text.ts';

describe('text from outside', () => {
  it.each([
    ['\u001B[31mred\u001B[0m', '\\x1b[31mred\\x1b[0m'],
    ['\u001B]0;title\u0007', '\\x1b]0;title\\x07'],
    ['a\rb\bc\0', 'a\\x0db\\x08c\\x00'],
    ['\u007F\u009B2J', '\\x7f\\x9b2J'],
    ['USD\u202Etxt', 'USD\\u202etxt'],
    ['plain – é €', 'plain – é €'],
  ])('%j is shown as %s', (text, shown) => {
    expect([visibleText(text), visibleLine(text), outsideText(text)]).toEqual([shown, shown, shown]);
  });

  it('keeps line ends and tabs where there are lines, and shows them within one', () => {
    expect(visibleText('a\tb\nc')).toBe('a\tb\nc');
    expect(visibleLine('a\tb\nc')).toBe('a\\x09b\\x0ac');
  });

  it('is cut at 300 characters, none of them in the middle', () => {
    expect(outsideText('x'.repeat(300))).toBe('x'.repeat(300));
    expect(outsideText('x'.repeat(301))).toBe(`${'x'.repeat(300)}…`);
    expect(outsideText('🚀'.repeat(301))).toBe(`${'🚀'.repeat(300)}…`);
  });

  it('in a line of JSON becomes what it is shown as, and stays JSON', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('\\', 'u001b', '\u001B', '\u009B', '\n', '"') }),
        (a, b) => {
          const value = { [a]: b, text: a + b };
          const lines = (text: string): string => text.replace(/[\n\t]/g, ' ');
          const read = JSON.parse(visibleJson(JSON.stringify(value))) as unknown;
          const expected = Object.fromEntries(
            Object.entries(value).map(([key, text]) => [visibleText(key), visibleText(text)]),
          );
          expect(lines(JSON.stringify(read))).toBe(lines(JSON.stringify(expected)));
        },
      ),
    );
  });
});

describe('nothing of it obeys a terminal', () => {
  const HOSTILE = 'a\u001B[2Jb\u009Bc';

  it('in the message of an error, whose line ends stay', () => {
    const error = new VortexError(`one ${HOSTILE}\ntwo`, { code: 'bad-answer', disposition: 'skip-series' });
    expect(error.message).toBe('one a\\x1b[2Jb\\x9bc\ntwo');
  });

  it('in a table, one row a line, its columns aligned by what is shown', () => {
    expect(textTable(['name', 'x'], [[`${HOSTILE}\n`, 'y']])).toBe('name                x\na\\x1b[2Jb\\x9bc\\x0a  y\n');
  });

  it('on stdout and stderr', () => {
    const written: string[] = [];
    const write = (text: string | Uint8Array): boolean => written.push(String(text)) > 0;
    const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(write));
    const output = processOutput();
    output.out(`${HOSTILE}\n`);
    output.err(`${HOSTILE}\n`);
    output.err(`\r\u001B[2K50 % ${HOSTILE}`);
    writeJson(output, { name: HOSTILE });
    for (const spy of spies) spy.mockRestore();
    expect(written).toEqual([
      'a\\x1b[2Jb\\x9bc\n',
      'a\\x1b[2Jb\\x9bc\n',
      '\r\u001B[2K50 % a\\x1b[2Jb\\x9bc',
      '{"name":"a\\u001b[2Jb\\u009bc"}\n',
    ]);
  });
});
