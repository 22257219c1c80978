import { settingRows } from '../config/show.ts';
import { PROVIDER_OPTIONS } from '../providers/registry.ts';
import { loadContext } from './context.ts';
import { checkSchedule } from './schedule-check.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { writeJson } from './output.ts';
import { counted, textTable } from './table.ts';

/** `vortex config show`. */
export async function showConfig(flags: CommonFlags, { output }: Surroundings): Promise<number> {
  const context = await loadContext(flags, [], output);
  const rows = settingRows(context, PROVIDER_OPTIONS);
  const { instruments, files } = context;
  if (flags.json) {
    const settings = Object.fromEntries(rows.map(({ key, value, source }) => [key, { value, source }]));
    writeJson(output, { schema: 1, files, settings, instruments: instruments.length });
    return 0;
  }
  output.out(
    textTable(
      ['setting', 'value', 'from'],
      rows.map(({ key, value, source }) => [
        key,
        value === null ? '-' : typeof value === 'string' ? value : JSON.stringify(value),
        source,
      ]),
    ),
  );
  output.out(`\n${counted(instruments.length, 'instrument')} configured\n`);
  return 0;
}

/** `vortex config check`: every problem at once, exit code 2; else one line. */
export async function checkConfig(flags: CommonFlags, { output }: Surroundings): Promise<number> {
  const { files, instruments, sources, settings, now } = await loadContext(flags, [], output);
  await checkSchedule(settings.serve, now);
  const set = [...sources.values()].filter((source) => source !== 'default').length;
  if (flags.json) writeJson(output, { schema: 1, ok: true, files, settings: set, instruments: instruments.length });
  else {
    const read = files.length === 0 ? 'no settings file; defaults' : files.join(', ');
    output.out(`${read}: all right; ${counted(set, 'setting')} set, ${counted(instruments.length, 'instrument')}\n`);
  }
  return 0;
}
