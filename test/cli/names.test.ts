import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';

const NOW = '2024-07-03T06:00:00Z';
const found = z.object({
  schema: z.literal(1),
  instruments: z.array(z.object({ instrument: z.string(), code: z.string(), name: z.string(), from: z.string() })),
});

function folderWith(settings: object): string {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'config'));
  writeFileSync(join(cwd, 'config/config.json'), JSON.stringify(settings));
  return cwd;
}

describe('instruments search', () => {
  const search = async (cwd: string, ...words: string[]) => {
    const { code, stdout } = await vortex(['instruments', 'search', ...words, '--json'], { cwd });
    return { code, ids: found.parse(JSON.parse(stdout)).instruments.map(({ instrument }) => instrument) };
  };

  it('finds by id, name, exchange and root, whatever the capitals; all words must be there, a whole id or root comes first', async () => {
    const cwd = temporaryFolder();
    expect((await search(cwd, 'gold')).ids.slice(0, 2)).toEqual(['GOLD', 'GF10-TFEX']);
    expect((await search(cwd, 'Kansas')).ids).toEqual([]);
    expect((await search(cwd, 'mexican', 'cme')).ids).toEqual(['MXP']);
    expect((await search(cwd, 'mexican cme')).ids).toEqual(['MXP']);
    expect((await search(cwd, '6A')).ids[0]).toBe('AUD');
    expect((await search(cwd, 'es')).ids[0]).toBe('SP500');
  });

  it('finds what is configured by its own names, and a market that is configured once', async () => {
    const cwd = folderWith({ futures: { GOLD: {} }, stocks: { BRK: { code: 'BRK-B', symbols: { yahoo: 'BRKB.X' } } } });
    expect((await search(cwd, 'brkb.x')).ids).toEqual(['BRK']);
    expect((await search(cwd, 'gc')).ids.filter((id) => id === 'GOLD')).toEqual(['GOLD']);
    const { stdout } = await vortex(['instruments', 'search', 'gold', 'comex'], { cwd });
    expect(stdout).toMatch(/^instrument +class +code +exchange +name +from\nGOLD +future +GC +COMEX +Gold +settings\n/);
  });

  it('what no instrument has is exit 3 with the nearest', async () => {
    const { code, stdout, stderr } = await vortex(['instruments', 'search', 'GOLDD'], { cwd: temporaryFolder() });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^vortex: no instrument has GOLDD in its name; nearest: GOLD/);
  });
});

it('every market of the settings that the catalogue does not know is told at once, with file and key', async () => {
  const cwd = folderWith({ futures: { ZZA: {}, GOLD: {}, '@more.txt': {} } });
  writeFileSync(join(cwd, 'more.txt'), 'silver\nZZB\n');
  const { code, stderr } = await vortex(['plan', '--now', NOW], { cwd });
  expect(code).toBe(2);
  expect(stderr.trimEnd().split('\n')).toEqual([
    'vortex: more.txt: line 1: silver is taken as SILVER',
    expect.stringMatching(/^vortex: more\.txt: line 2: futures\.ZZB: no market of the catalogue has the id ZZB /),
    expect.stringMatching(/^vortex: config\/config\.json: futures\.ZZA: no market of the catalogue has the id ZZA /),
  ]);
});

it.each([
  ['a slip of the pen', ['GOLDD'], /did you mean GOLD\?/],
  ['a ticker that is a market', ['DOW'], /say future:DOW or stock:DOW/],
  ['a name longer than a file name may be', ['A'.repeat(300)], /too long: 300 characters; a name has 64 at most/],
  ['an address for a folder', ['SPY', '-o', 's3://bucket/x'], /flag --output-dir: "s3:\/\/bucket\/x" is an address/],
])('%s is exit 2 before anything is written', async (_, args, message) => {
  const cwd = temporaryFolder();
  const { code, stdout, stderr } = await vortex(['download', ...args, '--now', NOW], { cwd });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(everythingIn(cwd)).toEqual([]);
});

it.each([
  ['backup', 'restore'],
  ['rebuild', '--as-of', '2024-01-01'],
])('%s %s goes to a folder, not to an address', async (...args) => {
  const cwd = temporaryFolder();
  const { code, stderr } = await vortex([...args, '--to', 's3://bucket/x'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^vortex: flag --to: "s3:\/\/bucket\/x" is an address/);
  expect(everythingIn(cwd)).toEqual([]);
});
