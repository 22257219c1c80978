import { expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';

const listed = z.object({
  schema: z.literal(1),
  instruments: z.array(z.object({ instrument: z.string(), class: z.string(), code: z.string(), from: z.string() })),
});
const shown = z.object({
  schema: z.literal(1),
  instrument: z.looseObject({ symbolAt: z.record(z.string(), z.string().nullable()) }),
});

it('resolves GOLD over the first half of 2024 to the eight contracts that trade then', async () => {
  const args = ['instruments', 'resolve', 'GOLD', '--start', '2024-01-01', '--end', '2024-06-30', '--json'];
  const { code, stdout } = await vortex(args, { cwd: temporaryFolder() });
  expect(code).toBe(0);
  const contract = (symbol: string, month: string, from: string, to: string) => ({
    instrument: 'GOLD',
    symbol,
    month,
    from,
    to,
  });
  expect(JSON.parse(stdout)).toEqual({
    schema: 1,
    contracts: [
      contract('GCG24', '2024-02', '2024-01-01', '2024-02-29'),
      contract('GCJ24', '2024-04', '2024-01-01', '2024-04-30'),
      contract('GCM24', '2024-06', '2024-01-01', '2024-06-30'),
      contract('GCQ24', '2024-08', '2024-01-01', '2024-06-30'),
      contract('GCV24', '2024-10', '2024-01-01', '2024-06-30'),
      contract('GCZ24', '2024-12', '2024-01-01', '2024-06-30'),
      contract('GCG25', '2025-02', '2024-02-29', '2024-06-30'),
      contract('GCJ25', '2025-04', '2024-04-30', '2024-06-30'),
    ],
  });
});

it('lists the 248 futures markets of the catalogue with no settings at all', async () => {
  const { code, stdout } = await vortex(['instruments', 'list', '--json'], { cwd: temporaryFolder() });
  expect(code).toBe(0);
  const { instruments } = listed.parse(JSON.parse(stdout));
  expect(instruments).toHaveLength(248);
  expect(new Set(instruments.map(({ instrument }) => instrument)).size).toBe(248);
  expect(instruments.find(({ instrument }) => instrument === 'GOLD')).toMatchObject({
    class: 'future',
    code: 'GC',
    from: 'catalogue',
  });
});

it('shows a contract with its symbol at each provider', async () => {
  const { code, stdout } = await vortex(['instruments', 'show', 'GCJ24', '--json', '--now', '2024-01-02'], {
    cwd: temporaryFolder(),
  });
  expect(code).toBe(0);
  const { instrument } = shown.parse(JSON.parse(stdout));
  expect(instrument).toMatchObject({ id: 'GOLD', code: 'GC', cycle: 'GJMQVZ', contract: 'GCJ24' });
  expect(instrument.symbolAt['yahoo']).toBe('GCJ24.CMX');
});

it('says which market was meant when a name is not known', async () => {
  const { code, stderr } = await vortex(['instruments', 'show', 'GOLDD'], { cwd: temporaryFolder() });
  expect(code).toBe(2);
  expect(stderr).toMatch(/GOLDD.*did you mean GOLD/);
});
