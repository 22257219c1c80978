import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contents, dataFiles, everythingIn, identities, temporaryFolder } from '../support/folder.ts';
import { adopt, daily, put } from '../support/foreign.ts';
import { start, vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import type { StandIn } from '../support/stand-in.ts';

const answer = z.strictObject({
  schema: z.literal(1),
  exitCode: z.number(),
  rebuilt: z.number(),
  unchanged: z.number(),
  refused: z.array(z.strictObject({ series: z.string(), reason: z.string() })),
});

async function rebuild(cwd: string, args: readonly string[] = []) {
  // No address of any provider is known, and what stands for the network refuses.
  const env = { HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' };
  const ended = await vortex(['rebuild', '--json', ...args], { cwd, env });
  return { ...ended, told: answer.parse(JSON.parse(ended.stdout)) };
}

function removeData(folder: string): void {
  for (const path of dataFiles(folder)) rmSync(join(folder, path));
}

/** The indexes of the raw archive, one for each run. */
const indexes = (folder: string): string[] =>
  everythingIn(join(folder, '.vortex/raw'))
    .filter((path) => path.endsWith('.index'))
    .map((path) => join(folder, '.vortex/raw', path));

async function download(cwd: string, sandbox: StandIn, now: string, args: readonly string[]) {
  await sandbox.change({ now });
  const { code, stderr } = await vortex(['download', ...args, '-p', 'yahoo', '--now', now], { cwd, env: sandbox.env });
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
}

describe('a folder with futures, stocks and forex by day, hour and minute, in both formats, updated, corrected and re-based', () => {
  it('is made again byte for byte, offline; then nothing is left to do', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn('2024-06-07T22:00:00Z');
    const wish = ['GOLD', 'AAPL', 'KO', 'EURUSD', '--start', '2024-03-01', '--format', 'csv,parquet'];
    const minutes = ['SPY', '--period', '5m', '--start', '2024-05-20', '--format', 'csv,parquet'];
    // AAPL splits on 10 June, KO pays on 14 June.
    for (const now of ['2024-06-07T22:00:00Z', '2024-06-12T22:00:00Z', '2024-06-18T22:00:00Z']) {
      await download(cwd, sandbox, now, [...wish, '--period', '1d,1h,1wk']);
      await download(cwd, sandbox, now, minutes);
    }
    await sandbox.change({ faults: 'yahoo:revise' });
    await download(cwd, sandbox, '2024-06-21T22:00:00Z', [...wish, '--period', '1d,1h,1wk']);
    const data = join(cwd, 'data');
    const before = contents(data);
    expect(Object.keys(before).length).toBeGreaterThan(30);
    removeData(data);
    const { code, told } = await rebuild(cwd);
    expect({ code, refused: told.refused }).toEqual({ code: 0, refused: [] });
    expect(contents(data)).toEqual(before);
    const files = identities(data);
    expect((await rebuild(cwd)).told).toMatchObject({ rebuilt: 0, unchanged: told.rebuilt });
    expect(identities(data)).toEqual(files);
    const asked = await sandbox.requests();
    await sandbox.change({ faults: '' });
    await download(cwd, sandbox, '2024-06-21T22:00:00Z', ['EURUSD', '--start', '2024-03-01']);
    expect(await sandbox.requests()).toBe(asked);

    // Without a manifest too, and the next run goes on from there.
    removeData(data);
    rmSync(join(data, '.vortex/series'), { recursive: true });
    rmSync(join(data, '.vortex/journal'), { force: true });
    expect((await rebuild(cwd)).told.refused).toEqual([]);
    expect(contents(data)).toEqual(before);
    await download(cwd, sandbox, '2024-06-24T22:00:00Z', [
      'EURUSD',
      '--start',
      '2024-03-01',
      '--format',
      'csv,parquet',
    ]);
    const later = contents(data);
    removeData(data);
    expect((await rebuild(cwd)).told.refused).toEqual([]);
    expect(contents(data)).toEqual(later);
  }, 120_000);
});

describe('a series whose raw answers are not all there', () => {
  const KEY = 'stocks/1d/SPY';
  const OTHER = 'stocks/1d/KO';

  /** Changes what the line of a series in an index says of where its item is: first byte, length. */
  const movedTo = (change: (at: number, bytes: number) => [number, number]) => (index: string) => {
    const lines = readFileSync(index, 'utf8').split('\n');
    const moved = lines.map((line) => {
      const [series = '', history = '', place = '', at = '', bytes = ''] = line.split('\t');
      return series === KEY ? [series, history, place, ...change(Number(at), Number(bytes))].join('\t') : line;
    });
    writeFileSync(index, moved.join('\n'));
  };
  /** Changes the bytes of the item of a series. */
  const altered = (change: (item: Buffer) => void) => (index: string) => {
    const pack = index.replace(/index$/, 'items.gz');
    const content = readFileSync(pack);
    movedTo((at, bytes) => {
      change(content.subarray(at, at + bytes));
      return [at, bytes];
    })(index);
    writeFileSync(pack, content);
  };
  const damages: readonly [string, (index: string) => void][] = [
    [
      'gone',
      (index) => {
        const lines = readFileSync(index, 'utf8').split('\n');
        writeFileSync(index, lines.filter((line) => !line.startsWith(KEY)).join('\n'));
      },
    ],
    [
      'no line of an index',
      (index) => {
        writeFileSync(index, readFileSync(index, 'utf8').replace(`${KEY}\t`, `${KEY}\tx\t`));
      },
    ],
    ['cut short', movedTo((at) => [at, 100])],
    ['empty', movedTo((at) => [at, 0])],
    ['longer', movedTo((at, bytes) => [at, bytes + 1])],
    ['behind the end', movedTo((at, bytes) => [at + 1e9, bytes])],
    [
      'altered in one byte',
      altered((item) => {
        item.writeUInt8(item.readUInt8(item.length - 6) ^ 1, item.length - 6);
      }),
    ],
    [
      'nothing but zeros',
      altered((item) => {
        item.fill(0);
      }),
    ],
    [
      'that of another series',
      (index) => {
        const other = readFileSync(index, 'utf8')
          .split('\n')
          .find((line) => line.startsWith(OTHER));
        const [at = 0, bytes = 0] = other?.split('\t').slice(3).map(Number) ?? [];
        movedTo(() => [at, bytes])(index);
      },
    ],
  ];

  it('is refused by name, whatever became of one of them, and the others are made', async () => {
    const origin = temporaryFolder();
    const sandbox = await standIn('2024-06-07T22:00:00Z');
    const wish = ['SPY', 'KO', 'EURUSD', '--start', '2024-05-01'];
    for (const now of ['2024-06-03T22:00:00Z', '2024-06-05T22:00:00Z', '2024-06-07T22:00:00Z']) {
      await download(origin, sandbox, now, wish);
    }
    const data = join(origin, 'data');
    const before = contents(data);
    const runs = indexes(data);
    expect(runs).toHaveLength(3);
    for (const path of runs) {
      const pack = path.replace(/index$/, 'items.gz');
      const [whole, items] = [readFileSync(path), readFileSync(pack)];
      for (const [what, damage] of damages) {
        damage(path);
        removeData(data);
        const { code, told, stderr } = await rebuild(origin);
        expect([what, code, told.rebuilt, told.refused.map(({ series }) => series)]).toEqual([what, 3, 2, [KEY]]);
        expect(stderr).toContain(`refused: ${KEY}: raw item`);
        const { [`${KEY}.csv`]: lost, ...others } = before;
        expect(contents(data)).toEqual(others);
        writeFileSync(path, whole);
        writeFileSync(pack, items);
      }
    }
    expect((await rebuild(origin, ['SPY'])).told).toMatchObject({ rebuilt: 1, unchanged: 0, refused: [] });
    expect(contents(data)).toEqual(before);
  }, 120_000);

  it('is refused when it was imported, or fetched without the archive, until the whole of it is fetched again', async () => {
    const cwd = temporaryFolder();
    put(cwd, { 'Day_GOLD_20240400.csv': daily(['2024-01-02', '2024-01-03']) });
    await adopt(cwd);
    const sandbox = await standIn('2024-06-07T22:00:00Z');
    const wish = ['download', 'SPY', '-p', 'yahoo', '--start', '2024-05-01', '--now', '2024-06-07T22:00:00Z'];
    await vortex(wish, { cwd, env: { ...sandbox.env, VORTEX_RAW_ARCHIVE: 'false' } });
    const data = join(cwd, 'data');
    expect(existsSync(join(data, '.vortex/raw'))).toBe(false);
    expect((await rebuild(cwd)).told).toMatchObject({ exitCode: 0, unchanged: 2 });
    await download(cwd, sandbox, '2024-06-12T22:00:00Z', ['SPY', '--start', '2024-05-01']);
    const whole = contents(data);
    removeData(data);
    const { told } = await rebuild(cwd);
    expect(told.exitCode).toBe(3);
    const [gold, spy] = told.refused;
    expect(gold).toEqual({
      series: 'futures/1d/GOLD/GOLD_20240400',
      reason: 'it was imported: there are no raw answers of adopted bars',
    });
    expect(spy?.series).toBe(KEY);
    expect(spy?.reason).toMatch(/some of its bars .* `vortex download --force` fetches it anew/);
    await download(cwd, sandbox, '2024-06-12T22:00:00Z', ['SPY', '--start', '2024-05-01']);
    rmSync(join(data, `${KEY}.csv`));
    expect((await rebuild(cwd, ['SPY'])).told).toMatchObject({ rebuilt: 1, refused: [] });
    expect(contents(data)[`${KEY}.csv`]).toBe(whole[`${KEY}.csv`]);
  });
});

it('a download that is killed again and again leaves no series that cannot be made again once it is through', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-06-07T22:00:00Z');
  const wish = [
    'GOLD',
    'AUD',
    'SPY',
    'AAPL',
    'KO',
    'EURUSD',
    '--start',
    '2024-01-01',
    '--period',
    '1d,1wk,1h',
    '-p',
    'yahoo',
  ];
  for (const now of ['2024-06-05T22:00:00Z', '2024-06-07T22:00:00Z']) {
    await sandbox.change({ now });
    for (const seen of [/ updated/, /( updated[^]*){9}/, /( updated[^]*){18}/]) {
      const running = start(['download', ...wish, '--now', now], { cwd, env: sandbox.env });
      await Promise.race([running.seen('stderr', seen), running.ended]);
      running.child.kill('SIGKILL');
      await running.ended;
    }
    await download(cwd, sandbox, now, wish.slice(0, -2));
    const data = join(cwd, 'data');
    const before = contents(data);
    removeData(data);
    expect((await rebuild(cwd)).told).toMatchObject({ unchanged: 0, refused: [] });
    expect(contents(data)).toEqual(before);
    expect(everythingIn(data).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  }
}, 120_000);

it('an edited file is set aside and made again; one that only has another time is left alone', async () => {
  const cwd = temporaryFolder();
  const sandbox = await standIn('2024-06-07T22:00:00Z');
  await download(cwd, sandbox, '2024-06-07T22:00:00Z', ['SPY', 'KO', '--start', '2024-05-01']);
  const data = join(cwd, 'data');
  const before = contents(data);
  const ko = identities(data)['stocks/1d/KO.csv'];
  appendFileSync(join(data, 'stocks/1d/SPY.csv'), 'mine\n');
  const { told, stderr } = await rebuild(cwd);
  expect(told).toMatchObject({ rebuilt: 1, unchanged: 1, refused: [] });
  expect(stderr).toContain('stocks/1d/SPY.csv was not what this program wrote there');
  expect(everythingIn(data).filter((path) => /quarantine.*SPY\.csv$/.test(path))).toHaveLength(1);
  expect(contents(data)).toEqual(before);
  expect(identities(data)['stocks/1d/KO.csv']).toBe(ko);
});

it('wrong use is told: a folder that is none, a symbol that it does not have, --to alone', async () => {
  const cwd = temporaryFolder();
  const nowhere = await vortex(['rebuild'], { cwd });
  expect(nowhere.code).toBe(2);
  expect(nowhere.stderr).toContain('is no data folder');
  expect(await vortex(['rebuild', '--to', 'x'], { cwd })).toMatchObject({ code: 2 });
  const sandbox = await standIn('2024-06-07T22:00:00Z');
  await download(cwd, sandbox, '2024-06-07T22:00:00Z', ['SPY', '--start', '2024-05-01']);
  const unknown = await vortex(['rebuild', 'KO'], { cwd });
  expect(unknown.code).toBe(3);
  expect(unknown.stderr).toContain('KO: this data folder has no such series');
  expect(await vortex(['rebuild', '--as-of', 'monday'], { cwd })).toMatchObject({ code: 2 });
});
