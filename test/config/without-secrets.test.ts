import { expect, it } from 'vitest';
import { settingsSchema } from '../../src/config/settings.ts';
import { withoutSecrets } from '../../src/config/without-secrets.ts';
import { STAND_INS } from './workspace.ts';

const clean = (text: string, secrets: readonly string[] = []): string | undefined =>
  withoutSecrets(text, settingsSchema(STAND_INS), secrets);

it('a settings file keeps its comments, its layout and its line ends; the values of secrets are masked', () => {
  const text = [
    '// Settings of the desk',
    '{',
    '  "output_dir": "/data",   /* a volume */',
    '  "providers": { "broker": { "username": "me", "pass\\u0077ord": "x" } },',
    '\t"concurrency": 4 // not 8',
    '}',
    '',
  ].join('\r\n');
  expect(clean(text)).toBe(text.replace('"me"', '"***"').replace('"x"', '"***"'));
});

it('a secret that is quoted elsewhere, in a comment too, is masked there', () => {
  const text = '{ /* hunter2 */ "output_dir": "/data/hunter2", "http": {} } // https://me:word@host/';
  expect(clean(text, ['hunter2'])).toBe('{ /* *** */ "output_dir": "/data/***", "http": {} } // https://***@host/');
});

it('a secret setting that a comment takes out of use is masked as well, another setting is not', () => {
  const text = '{\n  // "password": "old \\" word",\n  // "concurrency": 8,\n  // "output_dir": "/data"\n}';
  expect(clean(text)).toBe(text.replace('"old \\" word"', '"***"'));
});

it('what is no JSON is not copied', () => {
  expect(clean('{ "password": "hunter2"')).toBeUndefined();
});
