import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFolder } from '../../src/store/lock.ts';
import type { FolderLock } from '../../src/store/lock.ts';
import { buildProgram, startChild } from '../support/child.ts';
import type { Child } from '../support/child.ts';
import { everythingIn, temporaryFolder } from '../support/folder.ts';

const program = await buildProgram(new URL('locking.ts', import.meta.url));
const lockFile = (root: string): string => join(root, '.vortex/lock');

/** A process that takes and drops the lock when it is told. */
class Contender {
  readonly child: Child;
  private answers = 1;

  constructor(root: string) {
    this.child = startChild(process.execPath, [program, root]);
  }

  async ready(): Promise<void> {
    expect(await this.child.lines(1)).toEqual(['ready']);
  }

  async tell(order: 'take' | 'drop'): Promise<string> {
    this.answers += 1;
    this.child.process.stdin.write(`${order}\n`);
    return (await this.child.lines(this.answers))[this.answers - 1] ?? 'gone';
  }

  async kill(): Promise<void> {
    this.child.process.kill('SIGKILL');
    await this.child.ended;
  }
}

async function contenders(root: string, count: number): Promise<Contender[]> {
  const all = Array.from({ length: count }, () => new Contender(root));
  await Promise.all(all.map((each) => each.ready()));
  return all;
}

describe('processes that want one data folder', () => {
  it('get it one after the other; the one that waits is told who has it', async () => {
    const root = temporaryFolder();
    const [first, second] = await contenders(root, 2);
    expect(await first?.tell('take')).toBe('held');
    const refused = await second?.tell('take');
    expect(refused).toMatch(/^folder-locked /);
    expect(refused).toContain(`pid ${first?.child.process.pid ?? 0} on ${hostname()}`);
    expect(await first?.tell('drop')).toBe('dropped');
    expect(await second?.tell('take')).toBe('held');
  });

  it('find it free at once when its holder was killed, and what it left half done is gone', async () => {
    const root = temporaryFolder();
    const [first, second] = await contenders(root, 2);
    await first?.tell('take');
    mkdirSync(join(root, 'stocks/1d'), { recursive: true });
    writeFileSync(join(root, 'stocks/1d/SPY.csv.tmp'), 'Datetime,Op');
    writeFileSync(join(root, 'stocks/1d/SPY.csv'), 'whole');
    await first?.kill();
    expect(existsSync(lockFile(root))).toBe(true);
    expect(await second?.tell('take')).toBe('held');
    expect(everythingIn(root)).toEqual(['.vortex/', '.vortex/lock', 'stocks/', 'stocks/1d/', 'stocks/1d/SPY.csv']);
  });

  it('wait a minute at most for one that died while it took over', () => {
    const root = temporaryFolder();
    const turn = `${lockFile(root)}.takeover`;
    mkdirSync(join(root, '.vortex'));
    const [old, recent] = [new Date(new Date().getTime() - 61_000), new Date(new Date().getTime() - 50_000)];
    for (const path of [lockFile(root), turn]) writeFileSync(path, '');
    utimesSync(lockFile(root), old, old);
    utimesSync(turn, recent, recent);
    const take = (): FolderLock => lockFolder(root, 'mine');
    expect(take).toThrow(/another run is working on/);
    expect(take).toThrow(/another run is working on/);
    utimesSync(turn, old, old);
    take().release();
    expect(everythingIn(root)).toEqual(['.vortex/']);
  });

  it('take over in one call what a process of this machine left that died while it took over', () => {
    const root = temporaryFolder();
    const mine = lockFolder(root, 'stale');
    const stale = readFileSync(lockFile(root), 'utf8').replace(`"pid":${process.pid}`, `"pid":${2 ** 22 + 1}`);
    mine.release();
    for (const path of [lockFile(root), `${lockFile(root)}.takeover`]) writeFileSync(path, stale);
    lockFolder(root, 'mine').release();
    expect(everythingIn(root)).toEqual(['.vortex/']);
  });

  it('that is left by a dead one: of ten that race for it exactly one wins, each time', async () => {
    const root = temporaryFolder();
    lockFolder(root, 'stale').release();
    const mine = lockFolder(root, 'stale');
    // A number that no process has: Linux counts to 2 ** 22.
    const stale = readFileSync(lockFile(root), 'utf8').replace(`"pid":${process.pid}`, `"pid":${2 ** 22 + 1}`);
    mine.release();
    const all = await contenders(root, 10);
    for (let round = 0; round < 8; round++) {
      writeFileSync(lockFile(root), stale);
      const told = await Promise.all(all.map((each) => each.tell('take')));
      expect(told.filter((answer) => answer === 'held')).toHaveLength(1);
      expect(told.filter((answer) => answer.startsWith('folder-locked '))).toHaveLength(9);
      const winner = all[told.indexOf('held')];
      expect(readFileSync(lockFile(root), 'utf8')).toContain(`"pid":${winner?.child.process.pid ?? 0},`);
      await Promise.all(all.map((each) => each.tell('drop')));
      expect(everythingIn(join(root, '.vortex'))).toEqual([]);
    }
  });
});
