import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { settingRows } from '../../src/config/show.ts';
import { folderWith, load, problemsOf, STAND_INS } from './workspace.ts';

const providerOptions = {
  ...STAND_INS,
  site: z.strictObject({
    cookie_file: z.string().min(1).optional().meta({ contents: 'cookies' }),
    cookies: z.string().min(1).optional().meta({ secret: true }),
  }),
};
const TEXT = '.site.example\tTRUE\t/\tTRUE\t0\ttoken\tverysecret\n';

describe('a setting that names a file whose content another setting takes', () => {
  it.each([
    ['the settings', { 'config/config.json': { providers: { site: { cookie_file: 'my/cookies.txt' } } } }, {}],
    ['the environment', {}, { VORTEX_SITE_COOKIE_FILE: 'my/cookies.txt' }],
  ])('is read, from the working directory on, and is a secret: %s', async (_, files, env) => {
    const cwd = folderWith({ ...files, 'my/cookies.txt': TEXT });
    const loaded = await load(cwd, { env, providerOptions });
    expect(loaded.settings.providers['site']).toEqual({ cookie_file: 'my/cookies.txt', cookies: TEXT });
    expect(loaded.secrets).toContain(TEXT);
    const rows = settingRows(loaded, providerOptions);
    expect(rows.find(({ key }) => key === 'providers.site.cookies')).toMatchObject({
      value: '********',
      source: 'secret file my/cookies.txt',
    });
    expect(JSON.stringify(rows)).not.toContain('verysecret');
  });

  it.each([
    ['no such file', {}, /^config\/config\.json: providers\.site\.cookie_file: my\/cookies\.txt: no such file$/],
    ['an empty one', { 'my/cookies.txt': ' \n' }, /cookie_file: my\/cookies\.txt: is empty$/],
    ['a folder', { 'my/cookies.txt/x': '' }, /is a folder/],
  ])('%s is a problem', async (_, files, message) => {
    const config = { providers: { site: { cookie_file: 'my/cookies.txt' } } };
    const cwd = folderWith({ 'config/config.json': config, ...files });
    const problems = await problemsOf(load(cwd, { providerOptions }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  it('both at once is a problem', async () => {
    const cwd = folderWith({ 'c.txt': TEXT });
    const env = { VORTEX_SITE_COOKIE_FILE: 'c.txt', VORTEX_SITE_COOKIES: 'a=b' };
    expect(await problemsOf(load(cwd, { env, providerOptions }))).toEqual([
      'environment VORTEX_SITE_COOKIE_FILE: cookies is set too; set one of the two',
    ]);
  });
});
