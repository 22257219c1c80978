import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tradeDate } from '../../src/market/calendar.ts';
import { accountName, AllowanceLedger } from '../../src/store/allowance-ledger.ts';
import { everythingIn, temporaryFolder } from '../support/folder.ts';

const DAY = tradeDate(2024, 7, 3);
const ledgerOf = (root: string, run = 'run-1', day = DAY, account = 'me'): AllowanceLedger =>
  new AllowanceLedger(root, 'barchart', account, day, run);
const folderOf = (root: string): string => join(root, '.vortex/allowance/barchart/me');

describe('the ledger of an allowance', () => {
  it('reading it writes nothing, and what nobody has spent is 0', () => {
    const root = temporaryFolder();
    expect(ledgerOf(root).read()).toEqual({ used: 0, liveUsed: 0, told: undefined, ended: false });
    expect(everythingIn(root)).toEqual([]);
  });

  it('knows a download before it is asked for, so that a run that dies then has counted it', async () => {
    const root = temporaryFolder();
    expect(await ledgerOf(root).spend(true, 5)).toBe(true);
    expect(await ledgerOf(root).spend(false, 5)).toBe(true);
    expect(ledgerOf(root, 'the-next').read()).toMatchObject({ used: 2, liveUsed: 1 });
  });

  it('a line that a crash has torn counts as a download, and spoils no other', async () => {
    const root = temporaryFolder();
    await ledgerOf(root).spend(false, 5);
    appendFileSync(join(folderOf(root), '2024-07-03.jsonl'), '\n{"spent":"run-1-2","li');
    await ledgerOf(root, 'the-next').spend(true, 5);
    expect(ledgerOf(root).read()).toMatchObject({ used: 3, liveUsed: 1 });
  });

  it('gives two runs at once no more than there are', async () => {
    const root = temporaryFolder();
    const ledgers = Array.from({ length: 4 }, (_, index) => ledgerOf(root, `run-${index}`));
    const asked = await Promise.all(ledgers.flatMap((ledger) => [1, 2, 3, 4].map(() => ledger.spend(false, 7))));
    expect(asked.filter(Boolean)).toHaveLength(7);
    expect(ledgerOf(root).read().used).toBe(7);
  });

  it("takes the provider's word for the truth, be it more or less", async () => {
    const root = temporaryFolder();
    const ledger = ledgerOf(root);
    await ledger.tell(4);
    await ledger.spend(false, 9);
    expect(ledger.read()).toMatchObject({ used: 5, told: 4 });
    await ledger.tell(3);
    expect(ledger.read()).toMatchObject({ used: 3, told: 3 });
    await ledger.end();
    expect(ledger.read().ended).toBe(true);
    expect(await ledger.spend(false, 9)).toBe(false);
    expect(ledger.read().used).toBe(3);
  });

  it('keeps days and accounts apart, does not name the account, and drops old days', async () => {
    const root = temporaryFolder();
    expect(accountName('me@example.com')).toMatch(/^[0-9a-f]{16}$/);
    await ledgerOf(root, 'run', DAY, 'other').spend(false, 5);
    for (let day = 1; day <= 20; day++) await ledgerOf(root, 'run', tradeDate(2024, 7, day)).spend(false, 5);
    expect(ledgerOf(root, 'run', tradeDate(2024, 7, 20)).read().used).toBe(1);
    const longAgo = ledgerOf(root, 'run', tradeDate(2020, 1, 1));
    await longAgo.spend(false, 5);
    expect(longAgo.read().used).toBe(1);
    expect(readdirSync(folderOf(root))).toHaveLength(14);
    expect(readFileSync(join(folderOf(root), '2024-07-20.jsonl'), 'utf8')).toMatch(/^\n\{.*\}$/);
  });
});

describe('the ledger of shards', () => {
  const shardOf = (root: string, index: number, count: number, run = 1): AllowanceLedger =>
    new AllowanceLedger(root, 'barchart', 'me', DAY, `run-${run}-${index}of${count}`, { index, count });
  const shares = (root: string, count: number, limit: number): number[] =>
    Array.from({ length: count }, (_, index) => shardOf(root, index, count).budget(limit).limit);

  async function spendAll(ledger: AllowanceLedger, limit: number): Promise<number> {
    let spent = 0;
    while (await ledger.spend(false, limit)) spent += 1;
    return spent;
  }

  it('has a file for each, so that no two machines append to one, and counts them all', async () => {
    const root = temporaryFolder();
    await Promise.all([0, 1, 2].map((index) => shardOf(root, index, 3).spend(index === 0, 9)));
    await ledgerOf(root).spend(false, 9);
    expect(readdirSync(folderOf(root)).sort()).toEqual([
      '2024-07-03.0-of-3.jsonl',
      '2024-07-03.1-of-3.jsonl',
      '2024-07-03.2-of-3.jsonl',
      '2024-07-03.jsonl',
    ]);
    expect(ledgerOf(root).read()).toMatchObject({ used: 4, liveUsed: 1 });
    expect(shardOf(root, 0, 3).budget(9)).toMatchObject({ used: 1, liveUsed: 1 });
  });

  it('shares out what runs on their own and shards of another number have left', async () => {
    const root = temporaryFolder();
    expect(shares(root, 3, 11)).toEqual([4, 4, 3]);
    await ledgerOf(root).spend(false, 11);
    expect(shares(root, 3, 11)).toEqual([4, 3, 3]);
    expect(await spendAll(shardOf(root, 1, 3), 11)).toBe(3);
    // What one of them uses is no loss of the others.
    expect(shares(root, 3, 11)).toEqual([4, 3, 3]);
    expect(shares(root, 2, 11)).toEqual([4, 3]);
    expect(await spendAll(ledgerOf(root, 'alone'), 11)).toBe(7);
    expect(await spendAll(shardOf(root, 0, 2), 11)).toBe(0);
  });

  it('gives no share to a shard when there are more of them than downloads', async () => {
    const root = temporaryFolder();
    expect(shares(root, 4, 2)).toEqual([1, 1, 0, 0]);
    expect(await spendAll(shardOf(root, 3, 4), 2)).toBe(0);
    expect(ledgerOf(root).read().used).toBe(0);
  });

  it('takes off what other programs used, as the provider tells one of them, and not what the shards used', async () => {
    const root = temporaryFolder();
    await shardOf(root, 0, 2).spend(false, 20);
    await shardOf(root, 1, 2).spend(false, 20);
    await shardOf(root, 0, 2).tell(2);
    expect(shares(root, 2, 20)).toEqual([10, 10]);
    await shardOf(root, 1, 2).tell(7);
    expect(shares(root, 2, 20)).toEqual([8, 7]);
    expect(ledgerOf(root).read()).toMatchObject({ used: 7, told: 7 });
    // Written before it was asked for, it is not in the provider's count yet.
    await shardOf(root, 0, 2).spend(false, 20);
    await shardOf(root, 1, 2).tell(7);
    expect(shares(root, 2, 20)).toEqual([8, 7]);
    expect(ledgerOf(root).read().used).toBe(8);
    await ledgerOf(root, 'alone').tell(11);
    expect(ledgerOf(root).read().used).toBe(11);
    await ledgerOf(root, 'alone').spend(false, 20);
    expect(ledgerOf(root).read().used).toBe(12);
  });

  it('hears from any of them that the provider gives no more', async () => {
    const root = temporaryFolder();
    await shardOf(root, 0, 2).end();
    expect(shardOf(root, 1, 2).budget(20).ended).toBe(true);
    expect(await shardOf(root, 1, 2).spend(false, 20)).toBe(false);
    expect(await ledgerOf(root).spend(false, 20)).toBe(false);
    expect(ledgerOf(root).read().used).toBe(0);
  });

  it('never gives out more than the limit, whoever spends in what order and in how many parts', async () => {
    const step = fc.record({
      count: fc.constantFrom(1, 2, 3, 5),
      index: fc.nat(4),
      times: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(12), fc.array(step, { maxLength: 12 }), async (limit, steps) => {
        const root = temporaryFolder();
        let given = 0;
        for (const [place, { count, index, times }] of steps.entries()) {
          const ledger = count === 1 ? ledgerOf(root, `run-${place}`) : shardOf(root, index % count, count, place);
          for (let time = 0; time < times; time++) if (await ledger.spend(false, limit)) given += 1;
        }
        expect(given).toBeLessThanOrEqual(limit);
        expect(ledgerOf(root).read().used).toBe(given);
      }),
      { numRuns: 30 },
    );
  });
});
