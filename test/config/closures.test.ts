import { expect, test } from 'vitest';
import { closuresOf } from '../../src/config/closures.ts';
import { formatTradeDate } from '../../src/market/calendar.ts';
import { folderWith, load, problemsOf } from './workspace.ts';

test('closures are read by exchange', async () => {
  const cwd = folderWith({
    'config/config.json': { closures: { XNYS: ['2026-07-03', '2026-08-03'], CMES: ['2026-07-03'] } },
  });
  const { settings } = await load(cwd);
  expect(closuresOf(settings.closures).map(({ exchange, date }) => `${exchange} ${formatTradeDate(date)}`)).toEqual([
    'XNYS 2026-07-03',
    'XNYS 2026-08-03',
    'CMES 2026-07-03',
  ]);
});

test('without the setting there are none', async () => {
  const { settings } = await load(folderWith());
  expect(closuresOf(settings.closures)).toEqual([]);
});

test('an unknown exchange gets a suggestion, a date that no calendar has is refused, all at once', async () => {
  const cwd = folderWith({
    'config/config.json': { closures: { XNYC: ['2026-07-03'], XLON: ['2026-02-30', 'today'], FX: [] } },
  });
  expect(await problemsOf(load(cwd))).toEqual([
    'config/config.json: closures.XNYC: "XNYC" is an unknown exchange; did you mean XNYS?',
    'config/config.json: closures.XLON[0]: "2026-02-30" is not a date; write it as 2024-01-31',
    'config/config.json: closures.XLON[1]: "today" is not a date; write it as 2024-01-31',
    expect.stringContaining('closures.FX: must be a list of at least 1'),
  ]);
});
