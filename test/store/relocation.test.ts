import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { finishRelocation, relocate } from '../../src/store/relocation.ts';
import type { Relocation } from '../../src/store/relocation.ts';
import { temporaryFolder } from '../support/folder.ts';

const OLD = 'the bars of the old provider';
const NEW = 'the bars of the new provider';

/** Puts the file of a series aside and that of another provider in its place, as a move does. */
const MOVE: Relocation = {
  moves: [
    { from: 'stocks/1d/SPY.csv', to: '.vortex/quarantine/run/stocks/1d/SPY.csv' },
    { from: '.vortex/moving/stocks/1d/SPY.csv', to: 'stocks/1d/SPY.csv' },
  ],
  writes: [{ path: '.vortex/series/stocks/1d/SPY.json', text: 'new manifest' }],
};

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function folder(): string {
  const root = temporaryFolder();
  write(root, 'stocks/1d/SPY.csv', OLD);
  write(root, '.vortex/series/stocks/1d/SPY.json', 'old manifest');
  write(root, '.vortex/moving/stocks/1d/SPY.csv', NEW);
  return root;
}

const textOf = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

function expectMoved(root: string): void {
  expect(textOf(root, 'stocks/1d/SPY.csv')).toBe(NEW);
  expect(textOf(root, '.vortex/quarantine/run/stocks/1d/SPY.csv')).toBe(OLD);
  expect(textOf(root, '.vortex/series/stocks/1d/SPY.json')).toBe('new manifest');
  expect(existsSync(join(root, '.vortex/relocation.json'))).toBe(false);
}

it('moves all files and writes the manifest', async () => {
  const root = folder();
  await relocate(root, MOVE);
  expectMoved(root);
});

it.each([0, 1, 2, 3])('is finished by the next run after a crash behind step %i', async (steps) => {
  const root = folder();
  write(root, '.vortex/relocation.json', JSON.stringify({ schema: 1, ...MOVE }));
  for (const { from, to } of MOVE.moves.slice(0, steps)) {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    renameSync(join(root, from), join(root, to));
  }
  if (steps === 3) write(root, '.vortex/series/stocks/1d/SPY.json', 'new manifest');
  await finishRelocation(root);
  expectMoved(root);
});

it('leaves the old series after a crash before it was written down, and clears up what was fetched', async () => {
  const root = folder();
  await finishRelocation(root);
  expect(textOf(root, 'stocks/1d/SPY.csv')).toBe(OLD);
  expect(textOf(root, '.vortex/series/stocks/1d/SPY.json')).toBe('old manifest');
  expect(existsSync(join(root, '.vortex/moving'))).toBe(false);
});
