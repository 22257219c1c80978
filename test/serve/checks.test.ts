import { describe, expect, it } from 'vitest';
import { CachedProbe, healthOf } from '../../src/serve/checks.ts';

const probeOf = (look: () => Promise<string>, now: () => number = () => 0) =>
  new CachedProbe({ name: 'it', goodMs: 300, badMs: 30, look }, now);

describe('a look at something', () => {
  it('is made once, however many ask, and believed for its time: longer when it was good', async () => {
    let now = 0;
    let looks = 0;
    let isGood = true;
    const probe = probeOf(
      () => {
        looks += 1;
        return isGood ? Promise.resolve('fine') : Promise.reject(new Error('broken'));
      },
      () => now,
    );
    const all = await Promise.all(Array.from({ length: 100 }, () => probe.ask(1_000)));
    expect([looks, all[99]]).toEqual([1, { ok: true, detail: 'fine', ms: 0 }]);
    now = 299;
    await probe.ask(1_000);
    expect(looks).toBe(1);
    now = 300;
    isGood = false;
    expect(await probe.ask(1_000)).toEqual({ ok: false, detail: 'broken', ms: 0 });
    now = 329;
    await probe.ask(1_000);
    expect(looks).toBe(2);
    now = 330;
    isGood = true;
    expect((await probe.ask(1_000)).ok).toBe(true);
  });

  it('that hangs is told of after the limit, and not begun a second time', async () => {
    let looks = 0;
    let end: (text: string) => void = () => undefined;
    const probe = probeOf(() => {
      looks += 1;
      return new Promise((resolve) => (end = resolve));
    });
    for (let round = 0; round < 3; round++) {
      expect(await probe.ask(20)).toMatchObject({
        ok: false,
        detail: expect.stringContaining('no answer within 0.02 s') as unknown,
      });
    }
    expect(looks).toBe(1);
    end('at last');
    expect(await probe.ask(1_000)).toMatchObject({ ok: true, detail: 'at last' });
  });
});

it('one bad check makes it unhealthy', async () => {
  const good = new CachedProbe({ name: 'good', goodMs: 0, badMs: 0, look: () => Promise.resolve('fine') }, () => 0);
  const bad = new CachedProbe(
    { name: 'bad', goodMs: 0, badMs: 0, look: () => Promise.reject(new Error('no')) },
    () => 0,
  );
  expect(await healthOf([good], 0)).toMatchObject({ status: 'healthy', timestamp: '1970-01-01T00:00:00.000Z' });
  expect(await healthOf([good, bad], 0)).toMatchObject({
    status: 'unhealthy',
    checks: { good: { ok: true }, bad: { ok: false, detail: 'no' } },
  });
});
