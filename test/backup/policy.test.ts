import { expect, it } from 'vitest';
import { planPrune } from '../../src/backup/policy.ts';
import type { KeepRules } from '../../src/backup/policy.ts';

const NONE: KeepRules = { days: 0, last: 0, weekly: 0, monthly: 0 };
/** 2024-07-03 is a Wednesday. */
const NOW = Date.parse('2024-07-03T12:00:00Z');

const of = (...stamps: string[]) => stamps.map((name) => ({ name, at: Date.parse(name) }));
const keptBy = (rules: Partial<KeepRules>, backups: readonly string[], broken: readonly string[] = [], now = NOW) =>
  planPrune(of(...backups), new Set(broken), { ...NONE, ...rules }, now).kept.map(({ name }) => name);

const DAILY = ['06-26', '06-27', '06-28', '06-29', '06-30', '07-01', '07-02', '07-03'].map(
  (day) => `2024-${day}T06:00:00Z`,
);

it('keep-last keeps the newest, keep-days all that are no older, to the second', () => {
  expect(keptBy({ last: 2 }, DAILY)).toEqual(['2024-07-03T06:00:00Z', '2024-07-02T06:00:00Z']);
  expect(keptBy({ days: 2 }, DAILY)).toEqual(['2024-07-03T06:00:00Z', '2024-07-02T06:00:00Z']);
  expect(keptBy({ days: 1 }, ['2024-07-02T12:00:00Z', '2024-07-02T11:59:59Z', '2024-07-03T01:00:00Z'])).toEqual([
    '2024-07-03T01:00:00Z',
    '2024-07-02T12:00:00Z',
  ]);
});

it('keep-weekly keeps the last of each week from Monday on, weeks without a backup do not count', () => {
  expect(keptBy({ weekly: 2 }, DAILY)).toEqual(['2024-07-03T06:00:00Z', '2024-06-30T06:00:00Z']);
  const sparse = ['2024-05-05T23:59:59Z', '2024-05-06T00:00:00Z', '2024-06-12T00:00:00Z', '2024-07-01T00:00:00Z'];
  expect(keptBy({ weekly: 3 }, sparse)).toEqual([
    '2024-07-01T00:00:00Z',
    '2024-06-12T00:00:00Z',
    '2024-05-06T00:00:00Z',
  ]);
});

it('the last week of a year and the first of the next are one week where they are', () => {
  const turn = ['2024-12-30T06:00:00Z', '2025-01-02T06:00:00Z', '2024-12-29T06:00:00Z'];
  expect(keptBy({ weekly: 5 }, turn, [], Date.parse('2025-01-03'))).toEqual([
    '2025-01-02T06:00:00Z',
    '2024-12-29T06:00:00Z',
  ]);
});

it('keep-monthly keeps the last of each month, leap day and all', () => {
  const months = ['2024-02-28T06:00:00Z', '2024-02-29T06:00:00Z', '2024-03-31T23:59:59Z', '2024-07-01T00:00:00Z'];
  expect(keptBy({ monthly: 12 }, months)).toEqual([
    '2024-07-01T00:00:00Z',
    '2024-03-31T23:59:59Z',
    '2024-02-29T06:00:00Z',
  ]);
});

it('what any rule keeps stays, with all of its reasons', () => {
  const { kept, removed } = planPrune(of(...DAILY), new Set(), { days: 1, last: 2, weekly: 2, monthly: 2 }, NOW);
  expect(kept).toEqual([
    { name: '2024-07-03T06:00:00Z', reasons: ['days', 'last', 'weekly', 'monthly'] },
    { name: '2024-07-02T06:00:00Z', reasons: ['last'] },
    { name: '2024-06-30T06:00:00Z', reasons: ['weekly', 'monthly'] },
  ]);
  expect(removed).toEqual(['06-26', '06-27', '06-28', '06-29', '07-01'].map((day) => `2024-${day}T06:00:00Z`));
});

it('the last good one stays whatever the rules, also when a newer one is broken', () => {
  expect(keptBy({}, DAILY)).toEqual(['2024-07-03T06:00:00Z']);
  const newest = ['2024-07-03T06:00:00Z', '2024-07-02T06:00:00Z'];
  expect(keptBy({}, DAILY, newest)).toEqual([...newest, '2024-07-01T06:00:00Z']);
});

it('the last one that was made of series without damage stays, whatever came after', () => {
  const backups = of('2024-06-01', '2024-06-02', '2024-06-03', '2024-06-04').map((backup) => ({
    ...backup,
    isOfDamage: backup.name > '2024-06-02',
  }));
  const { kept, removed } = planPrune(backups, new Set(), { ...NONE, last: 1 }, NOW);
  expect(kept).toEqual([
    { name: '2024-06-04', reasons: ['last'] },
    { name: '2024-06-02', reasons: ['last one without damaged series'] },
  ]);
  expect(removed).toEqual(['2024-06-01', '2024-06-03']);
});

it('a broken one takes no place of a rule, and goes when a later one is good', () => {
  expect(keptBy({ last: 2 }, DAILY, ['2024-07-02T06:00:00Z'])).toEqual([
    '2024-07-03T06:00:00Z',
    '2024-07-01T06:00:00Z',
  ]);
  expect(keptBy({ last: 1 }, ['2024-07-02T06:00:00Z'], ['2024-07-02T06:00:00Z'])).toEqual(['2024-07-02T06:00:00Z']);
});

it('with a clock in the past nothing that is later than now goes', () => {
  expect(keptBy({ last: 1 }, DAILY, [], Date.parse('2024-06-28T00:00:00Z'))).toEqual([
    ...DAILY.slice(2).reverse(),
    DAILY[1],
  ]);
  expect(keptBy({ days: 1 }, DAILY, [], Date.parse('1970-01-01'))).toEqual([...DAILY].reverse());
});

it('of nothing nothing is kept', () => {
  expect(planPrune([], new Set(), NONE, NOW)).toEqual({ kept: [], removed: [] });
});
