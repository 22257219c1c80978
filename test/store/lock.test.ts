import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { lockFolder } from '../../src/store/lock.ts';
import { keepRunReport } from '../../src/store/run-reports.ts';
import { everythingIn, temporaryFolder } from '../support/folder.ts';

const holder = z.looseObject({ host: z.string(), boot: z.string(), pid: z.number(), started: z.string() });
const lockFile = (root: string): string => join(root, '.vortex/lock');
const held = (root: string): z.infer<typeof holder> => holder.parse(JSON.parse(readFileSync(lockFile(root), 'utf8')));

/** A lock as somebody else would have left it. */
function leave(root: string, change: Partial<z.infer<typeof holder>>, silentMs = 0): void {
  const mine = lockFolder(root, 'before');
  const text = JSON.stringify({ ...held(root), ...change });
  mine.release();
  mkdirSync(join(root, '.vortex'), { recursive: true });
  writeFileSync(lockFile(root), text);
  const touched = new Date(new Date().getTime() - silentMs);
  utimesSync(lockFile(root), touched, touched);
}

function take(root: string): void {
  const lock = lockFolder(root, 'mine');
  onTestFinished(() => {
    lock.release();
  });
}

describe('the lock of a data folder', () => {
  it('keeps a second run out, and says who holds it', () => {
    const root = temporaryFolder();
    take(root);
    const again = (): void => void lockFolder(root, 'second');
    expect(again).toThrow(expect.objectContaining({ code: 'folder-locked', disposition: 'abort-run' }));
    expect(again).toThrow(new RegExp(`run mine \\(pid ${process.pid} on ${hostname()}`));
  });

  it('is gone after its release, and only its own is released', () => {
    const root = temporaryFolder();
    const lock = lockFolder(root, 'mine');
    writeFileSync(lockFile(root), '{"somebody":"else"}');
    lock.release();
    expect(existsSync(lockFile(root))).toBe(true);
    const other = temporaryFolder();
    lockFolder(other, 'mine').release();
    expect(existsSync(lockFile(other))).toBe(false);
  });

  it('of a dead process of this machine is taken over at once, and what it left half done is removed', () => {
    const root = temporaryFolder();
    leave(root, { pid: 2 ** 22 + 1 });
    mkdirSync(join(root, 'stocks/1d'), { recursive: true });
    writeFileSync(join(root, 'stocks/1d/SPY.csv.tmp'), 'half');
    writeFileSync(join(root, 'stocks/1d/SPY.csv'), 'whole');
    take(root);
    expect(everythingIn(join(root, 'stocks'))).toEqual(['1d/', '1d/SPY.csv']);
  });

  it('of a process whose number belongs to another one by now is taken over', () => {
    const root = temporaryFolder();
    leave(root, { pid: process.pid, started: '1' });
    take(root);
    expect(held(root).pid).toBe(process.pid);
  });

  it.each([
    ['on another machine', { host: 'elsewhere' }],
    ['after another boot or in another container', { boot: 'another' }],
  ])('of a run %s is respected while it is heard of, and taken over after a minute of silence', (_, change) => {
    const root = temporaryFolder();
    leave(root, change, 50_000);
    expect(() => lockFolder(root, 'mine')).toThrow(/is working on/);
    leave(temporaryFolder(), change);
    const silent = temporaryFolder();
    leave(silent, change, 61_000);
    take(silent);
    expect(held(silent).host).toBe(hostname());
  });

  it('that is just being written is respected', () => {
    const root = temporaryFolder();
    mkdirSync(join(root, '.vortex'));
    writeFileSync(lockFile(root), '');
    expect(() => lockFolder(root, 'mine')).toThrow(/another run is working on/);
    const old = new Date(new Date().getTime() - 61_000);
    utimesSync(lockFile(root), old, old);
    take(root);
  });

  it('cannot be had where a file stands in place of the folder', () => {
    const root = join(temporaryFolder(), 'data');
    writeFileSync(root, '');
    expect(() => lockFolder(root, 'mine')).toThrow(expect.objectContaining({ code: 'folder-unusable' }));
    expect(readFileSync(root, 'utf8')).toBe('');
  });
});

it('of the reports of runs the last ninety are kept', async () => {
  const root = temporaryFolder();
  const name = (run: number): string => `20240701T${String(run).padStart(6, '0')}Z-0000`;
  for (let run = 0; run < 93; run++) await keepRunReport(root, name(run), { schema: 1, run });
  const kept = everythingIn(join(root, '.vortex/runs'));
  expect(kept).toHaveLength(90);
  expect([kept[0], kept.at(-1)]).toEqual([`${name(3)}.json`, `${name(92)}.json`]);
  expect(JSON.parse(readFileSync(join(root, '.vortex/runs', `${name(92)}.json`), 'utf8'))).toEqual({
    schema: 1,
    run: 92,
  });
});
