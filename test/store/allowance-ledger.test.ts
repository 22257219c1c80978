import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
