import type * as z from 'zod';
import { CLASS_KEYS } from './instrument-settings.ts';
import type { ClassKey } from './instrument-settings.ts';
import { valueAt } from './layers.ts';
import { schemaAt } from './schema-keys.ts';

/** One instrument of a starter file. */
interface StarterInstrument {
  readonly id: string;
  readonly classKey: ClassKey;
  /** What it is, in words: Gold, COMEX. */
  readonly name?: string;
}

/** What a starter file is to say. */
export interface StarterChoice {
  readonly outputDir: string;
  readonly formats: readonly string[];
  /** An id, or a comma list. */
  readonly provider: string;
  readonly instruments: readonly StarterInstrument[];
  /** Five fields of cron, and the IANA zone they count in; absent: nothing runs by itself. */
  readonly schedule?: { readonly cron: string; readonly timezone: string };
  /** What else a person must do for the provider, a line each. */
  readonly notes: readonly string[];
}

/** Settings that are shown with their defaults, not set. */
const SHOWN = ['concurrency', 'settle_minutes', 'overlap_bars'];

const json = (value: unknown): string => JSON.stringify(value).replaceAll('","', '", "');

/**
 * A settings file with comments; those of settings are the schema's own words. Pure.
 * @param schema of the settings; what it does not know (a schedule, where nothing runs by itself) is left out
 * @param defaults the settings where nothing is set
 */
export function starterText(choice: StarterChoice, schema: z.core.$ZodType, defaults: unknown): string {
  const about = (keys: readonly string[]): string => `  // ${schemaAt(schema, keys)?.description ?? ''}.`;
  const set = (key: string, value: unknown): string[] => ['', about([key]), `  "${key}": ${json(value)},`];
  const serve =
    choice.schedule === undefined || schemaAt(schema, ['serve', 'schedule']) === undefined
      ? []
      : [
          '',
          '  // When `vortex serve` runs the main job: minute hour day month weekday, in this zone.',
          `  "serve": ${JSON.stringify({ schedule: choice.schedule.cron, timezone: choice.schedule.timezone }, null, 1).replace(/\n */g, ' ')},`,
        ];
  const shown = SHOWN.flatMap((key) => ['', about([key]), `  // "${key}": ${json(valueAt(defaults, [key]))},`]);
  const classes = CLASS_KEYS.map((classKey) => {
    const entries = choice.instruments.filter((instrument) => instrument.classKey === classKey);
    if (entries.length === 0) return `  "${classKey}": {}`;
    const lines = entries.map(({ id, name }, index) => {
      const comma = index < entries.length - 1 ? ',' : '';
      return `    ${JSON.stringify(id)}: {}${comma}${name === undefined ? '' : ` // ${name}`}`;
    });
    return `  "${classKey}": {\n${lines.join('\n')}\n  }`;
  });
  return [
    '// Settings of Vortex. Flags (--output-dir) and environment (VORTEX_OUTPUT_DIR) win over this file.',
    '// `vortex config show` lists every setting and where its value comes from, `vortex config check` finds mistakes.',
    '{',
    '  "$schema": "./vortex.schema.json",',
    ...set('output_dir', choice.outputDir),
    ...set('formats', choice.formats),
    ...set('default_provider', choice.provider),
    ...choice.notes.map((note) => `  // ${note}`),
    ...set('periods', ['1d']),
    ...serve,
    '',
    '  // As they are unless you take the slashes away:',
    ...shown.slice(1),
    '',
    '  // What is kept current. An instrument may have its own periods and a start: { "periods": "1d,1h", "start_date": "2020-01-01" }.',
    classes.join(',\n'),
    '}',
    '',
  ].join('\n');
}
