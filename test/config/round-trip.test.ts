import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { environmentNames } from '../../src/config/environment.ts';
import { valueAt } from '../../src/config/layers.ts';
import { FORMATS } from '../../src/market/file-format.ts';
import { LOG_FORMATS, LOG_LEVELS, settingsSchema } from '../../src/config/settings.ts';
import { PERIODS } from '../../src/market/period.ts';
import { folderWith, load, STAND_INS } from './workspace.ts';

const whole = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const some = <Word>(words: readonly Word[]): fc.Arbitrary<Word[]> => fc.shuffledSubarray([...words], { minLength: 1 });
const word = fc.stringMatching(/^[a-z0-9]{1,12}$/);

const settings = fc.record(
  {
    output_dir: word,
    formats: some(FORMATS),
    default_provider: fc.constantFrom('yahoo', 'broker', 'broker,yahoo'),
    dry_run: fc.boolean(),
    periods: some(PERIODS),
    concurrency: whole(1, 64),
    max_requests: whole(1, 1_000_000),
    overlap_bars: whole(0, 100),
    settle_minutes: whole(0, 1440),
    days_count: whole(1, 3660),
    extended_hours: fc.boolean(),
    logging: fc.record(
      { level: fc.constantFrom(...LOG_LEVELS), format: fc.constantFrom(...LOG_FORMATS) },
      { requiredKeys: [] },
    ),
    http: fc.record({ timeout_ms: whole(1, 3_600_000), max_body_mb: whole(1, 1024) }, { requiredKeys: [] }),
    providers: fc.record(
      { yahoo: fc.record({ pace_ms: whole(0, 100_000) }), broker: fc.record({ password: word }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

test('settings written to a file and loaded, and the result written and loaded again, are the same settings', async () => {
  const cwd = folderWith();
  const file = join(cwd, 'settings.json');
  const loadWritten = async (content: object): Promise<object> => {
    writeFileSync(file, JSON.stringify(content));
    return (await load(cwd, { files: ['settings.json'] })).settings;
  };
  await fc.assert(
    fc.asyncProperty(settings, async (written) => {
      const loaded = await loadWritten(written);
      const { output_dir, ...rest } = written;
      expect(loaded).toMatchObject({ ...rest, output_dir: resolve(cwd, output_dir ?? 'data') });
      expect(await loadWritten(loaded)).toEqual(loaded);
    }),
  );
});

test('the same settings given by the environment are the same settings', async () => {
  const cwd = folderWith();
  const names = environmentNames(settingsSchema(STAND_INS));
  await fc.assert(
    fc.asyncProperty(settings, async (written) => {
      writeFileSync(join(cwd, 'settings.json'), JSON.stringify(written));
      const env = Object.fromEntries(
        [...names].map(([name, { keys }]) => {
          const value = valueAt(written, keys);
          return [name, value === undefined ? undefined : JSON.stringify(value).replace(/[[\]"]/g, '')];
        }),
      );
      const fromFile = await load(cwd, { files: ['settings.json'] });
      expect((await load(cwd, { env })).settings).toEqual(fromFile.settings);
    }),
  );
});
