import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { desk, ibkrAt, SoonClock } from '../support/ibkr.ts';
import { refusal, request, stampsOf, stock } from '../support/session.ts';
import { details, endOfDetails, framed, historyOf, letIn, tws, wordOf } from '../support/tws.ts';
import type { Line } from '../support/tws.ts';
import { TestClock } from '../http/test-clock.ts';

const NOW = '2024-07-03T06:00:00Z';
const WEEK = request({ instrument: stock('SPY'), period: '1d', from: '2024-06-24', to: '2024-07-03' });
const ROW = '20240628,1,2,0.5,1.5,10';
const never = new AbortController().signal;

const answering = (line: Line, id: string): void => {
  line.say(historyOf(id, ROW));
};

describe('a line that goes down', () => {
  it('in the middle of a message: opened again, asked again, and no bar of the half answer counts', async () => {
    const { options, heard } = await tws({
      onHistory: (line, id, _, nth) => {
        const bytes = framed(historyOf(id, ROW, '20240701,1,2,0.5,1.5,10'));
        if (nth > 1) line.socket.write(bytes);
        else line.socket.write(bytes.subarray(0, bytes.length - 20), () => line.socket.destroy());
      },
    });
    const { bars } = await ibkrAt(options, NOW, new SoonClock()).fetchBars(WEEK, never);
    expect(stampsOf(bars, '1d')).toEqual(['2024-06-28', '2024-07-01']);
    expect(heard.filter(([kind]) => kind === '71')).toHaveLength(2);
  });

  it('for good: ends in bounded time', async () => {
    const lines: Line[] = [];
    const { options } = await tws({
      onStart: (line) => {
        if (lines.length === 0) letIn(line);
        else line.socket.destroy();
        lines.push(line);
      },
      onHistory: (line) => line.socket.resetAndDestroy(),
    });
    const error = await refusal(ibkrAt(options, NOW, new SoonClock()).fetchBars(WEEK, never));
    expect(error).toMatchObject({ code: 'network', disposition: 'stop-provider' });
    expect(lines).toHaveLength(11);
  });

  it('at every request: ends in bounded time, and the next series may try', async () => {
    const { options } = await tws({ onHistory: (line) => line.socket.resetAndDestroy() });
    const error = await refusal(ibkrAt(options, NOW, new SoonClock()).fetchBars(WEEK, never));
    expect(error).toMatchObject({ code: 'network', disposition: 'skip-series' });
  });

  it.each([
    ['1100 and 1102: data maintained', 'away'],
    ['1100 and 1101: data lost', 'away-lost'],
    ['a reset', 'reset'],
    ['half a message', 'cut'],
  ])('%s in the middle of a run changes no bar', async (_, fault) => {
    const quiet = await desk(NOW);
    const { fetch, sandbox } = await desk(NOW, `ibkr:first=2@${fault}`, {}, new SoonClock());
    expect((await fetch(WEEK)).bars).toEqual((await quiet.fetch(WEEK)).bars);
    expect(await sandbox.requests('ibkr')).toBeGreaterThan(2);
  });

  it('1100 without an end is given up', async () => {
    const { options } = await tws({
      onHistory: (line) => line.say(wordOf(-1, 1100, 'Connectivity between IB and Trader Workstation has been lost.')),
    });
    const clock = new TestClock('held');
    const ending = refusal(ibkrAt(options, NOW, clock).fetchBars(WEEK, never));
    await vi.waitFor(() => {
      expect(clock.naps).toContain(300_000);
    });
    clock.advance(300_000);
    const error = await ending;
    expect(error).toMatchObject({ code: 'network', disposition: 'stop-provider' });
    expect(error.message).toContain('lost its line to Interactive Brokers');
  });

  it('a TWS that is cut off when we come is waited for', async () => {
    const { options } = await tws({
      onStart: (line) => {
        line.say(
          wordOf(-1, 2110, 'Connectivity between Trader Workstation and server is broken. It will be restored.'),
          [9, 1, 1],
        );
        setTimeout(() => {
          line.say(wordOf(-1, 1102, 'Connectivity between IB and Trader Workstation has been restored.'));
        }, 50);
      },
      onHistory: answering,
    });
    expect((await ibkrAt(options, NOW).fetchBars(WEEK, never)).bars.time).toHaveLength(1);
  });
});

describe('silence', () => {
  it('ends the series and the line, and after three in a row the provider', async () => {
    const { options, heard } = await tws();
    const session = ibkrAt({ ...options, timeout_ms: 400 }, NOW, new SoonClock(400));
    const errors = [];
    for (let nth = 0; nth < 3; nth++) errors.push(await refusal(session.fetchBars(WEEK, never)));
    expect(errors.map(({ code }) => code)).toEqual(['timeout', 'timeout', 'timeout']);
    expect(errors.map(({ disposition }) => disposition)).toEqual(['skip-series', 'skip-series', 'stop-provider']);
    expect(errors[0]?.message).toContain('no answer in 0.4 s from ibkr to 1d bars of SPY');
    expect(heard.filter(([kind]) => kind === '71')).toHaveLength(3);
  });

  it('about one request while others are answered: it is cancelled, the line stays', async () => {
    const { options, heard } = await tws({
      onHistory: (line, _id, _, nth) => {
        if (nth === 1) line.say(wordOf(-1, 2106, 'HMDS data farm connection is OK:ushmds'));
      },
    });
    const session = ibkrAt({ ...options, timeout_ms: 700 }, NOW, new SoonClock(700));
    expect((await refusal(session.fetchBars(WEEK, never))).code).toBe('timeout');
    await vi.waitFor(() => {
      expect(heard.filter(([kind]) => kind === '25')).toHaveLength(1);
    });
    expect(heard.filter(([kind]) => kind === '71')).toHaveLength(1);
  });

  it('of a line that hangs in the middle of a message ends that line, and the next one answers', async () => {
    const { fetch } = await desk(NOW, 'ibkr:first=1@hang', { timeout_ms: 700 }, new SoonClock(700));
    expect((await refusal(fetch(WEEK))).code).toBe('timeout');
    expect((await fetch(WEEK)).bars.time.length).toBeGreaterThan(0);
  });

  it('about the first bar keeps nobody from the bars', async () => {
    const { options } = await tws({ onHead: () => undefined, onHistory: answering });
    const asked = request({ instrument: stock('SPY'), period: '1d', from: '2024-06-20', to: '2024-07-03' });
    const { bars, source } = await ibkrAt({ ...options, timeout_ms: 900 }, NOW, new SoonClock(900)).fetchBars(
      asked,
      never,
    );
    expect(bars.time).toHaveLength(1);
    expect(source.firstBar).toBeUndefined();
  });

  it('an answer that comes too late is for nobody', async () => {
    const { options } = await tws({
      onHistory: (line, id, _, nth) => {
        if (nth === 2) line.say(historyOf(String(Number(id) - 1), '20240627,9,9,9,9,9'), historyOf(id, ROW));
      },
    });
    const session = ibkrAt({ ...options, timeout_ms: 700 }, NOW, new SoonClock(700));
    await refusal(session.fetchBars(WEEK, never));
    expect(stampsOf((await session.fetchBars(WEEK, never)).bars, '1d')).toEqual(['2024-06-28']);
  });
});

describe('an end', () => {
  it.each(['the line', 'the contract', 'the bars'])('by abort comes at once while %s is waited for', async (what) => {
    const { options, heard, lines } = await tws({
      ...(what === 'the line' ? { onStart: () => undefined } : {}),
      ...(what === 'the contract' ? { onDetails: () => undefined } : {}),
    });
    const kind = { 'the line': '71', 'the contract': '9', 'the bars': '20' }[what];
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const stop = new AbortController();
    const session = ibkrAt(options, NOW);
    const ending = refusal(session.fetchBars(WEEK, stop.signal));
    await vi.waitFor(() => {
      expect(heard.some((fields) => fields[0] === kind)).toBe(true);
    });
    const told = performance.now();
    stop.abort();
    expect((await ending).code).toBe('interrupted');
    expect(performance.now() - told).toBeLessThan(1_000);
    await session.close();
    await vi.waitFor(() => {
      expect(lines.size).toBe(0);
    });
    // The library spaces its messages with timers of a tenth of a second.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('by close frees the line and whoever waits on it', async () => {
    const { options, heard, lines } = await tws();
    const session = ibkrAt(options, NOW);
    const ending = refusal(session.fetchBars(WEEK, never));
    await vi.waitFor(() => {
      expect(heard.some(([kind]) => kind === '20')).toBe(true);
    });
    await session.close();
    expect((await ending).code).toBe('interrupted');
    await vi.waitFor(() => {
      expect(lines.size).toBe(0);
    });
  });

  it('without a beginning does nothing', async () => {
    await ibkrAt({ port: 1 }, NOW).close();
  });
});

it('messages may come in any pieces', async () => {
  const { options } = await tws({
    onDetails: (line, id) => {
      const bytes = Buffer.concat([framed(details(id)), framed(endOfDetails(id))]);
      for (let at = 0; at < bytes.length; at += 7) line.socket.write(bytes.subarray(at, at + 7));
    },
    onHistory: (line, id) => {
      const bytes = framed(historyOf(id, ROW));
      line.socket.write(bytes.subarray(0, 3));
      setTimeout(() => line.socket.write(bytes.subarray(3)), 20);
    },
  });
  expect((await ibkrAt(options, NOW).fetchBars(WEEK, never)).bars.time).toHaveLength(1);
});

it('a message that the client library cannot read is a failure, not silence', async () => {
  const { options } = await tws({ onHistory: (line, id) => line.say([17, id, 'from', 'to', 3, '20240628', '1']) });
  const error = await refusal(ibkrAt(options, NOW).fetchBars(WEEK, never));
  expect(error).toMatchObject({ code: 'bad-answer', disposition: 'skip-series' });
});

it('its library takes nothing from .env or IB_* variables, and writes nothing', async () => {
  const { options } = await tws({ onHistory: answering });
  const folder = mkdtempSync(join(tmpdir(), 'vortex-ibkr-'));
  writeFileSync(join(folder, '.env'), 'IB_HOST=203.0.113.7\nIB_PORT=9\nIB_MADE_UP=1\n');
  const before = process.cwd();
  vi.stubEnv('IB_HOST', '203.0.113.7');
  vi.stubEnv('IB_PORT', '9');
  const written = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation(() => undefined),
  );
  process.chdir(folder);
  try {
    expect((await ibkrAt(options, NOW).fetchBars(WEEK, never)).bars.time).toHaveLength(1);
    expect(process.env['IB_MADE_UP']).toBeUndefined();
    for (const spy of written) expect(spy).not.toHaveBeenCalled();
  } finally {
    process.chdir(before);
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  }
});
