import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ibkrAt, optionsFor } from '../support/ibkr.ts';
import { refusal, request, stock } from '../support/session.ts';
import { standIn } from '../support/stand-in.ts';
import { historyOf, letIn, tws, wordOf } from '../support/tws.ts';
import type { Line } from '../support/tws.ts';

const NOW = '2024-07-03T06:00:00Z';
const WEEK = request({ instrument: stock('SPY'), period: '1d', from: '2024-06-24', to: '2024-07-03' });
const ROW = '20240628,1,2,0.5,1.5,10';
const never = new AbortController().signal;
const impatient = { timeout_ms: 300 };

const answering = (line: Line, id: string): void => {
  line.say(historyOf(id, ROW));
};

async function listening(server: Server): Promise<{ host: string; port: number }> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: '127.0.0.1', port: address.port };
}

describe('nobody there', () => {
  it('a closed port: host and port, what to check, and no further series is tried', async () => {
    const server = createServer();
    const place = await listening(server);
    server.close();
    const error = await refusal(ibkrAt(place, NOW).fetchBars(WEEK, never));
    expect(error).toMatchObject({ code: 'network', disposition: 'stop-provider' });
    expect(error.message).toContain(`127.0.0.1:${place.port}`);
    expect(error.message).toMatch(/logged in.*API enabled.*trusted address.*port right/);
  });

  it('something that accepts and says nothing', async () => {
    const place = await listening(
      createServer((socket) => {
        socket.on('error', () => undefined);
        onTestFinished(() => {
          socket.destroy();
        });
      }),
    );
    const error = await refusal(ibkrAt({ ...place, ...impatient }, NOW).fetchBars(WEEK, never));
    expect(error).toMatchObject({ code: 'network', disposition: 'stop-provider' });
    expect(error.message).toContain('says nothing');
  });

  it('a web server', async () => {
    const server = createHttpServer((_, response) => response.end('hello'));
    const place = await listening(server);
    const error = await refusal(ibkrAt({ ...place, ...impatient }, NOW).fetchBars(WEEK, never));
    expect(error).toMatchObject({ code: 'network', disposition: 'stop-provider' });
  });

  it('a TWS that closes the line before it lets us in: an address that it does not trust', async () => {
    const { options } = await tws({ onStart: (line) => line.socket.end() });
    const error = await refusal(ibkrAt(options, NOW).fetchBars(WEEK, never));
    expect(error.message).toMatch(/closed the line.*trusted/);
  });

  it.each([
    ['a TWS of 2020', 151, /update/i],
    ['a TWS of the future', 300, /Unsupported Version 300/],
  ])('%s is refused by its version', async (_, version, words) => {
    const { options } = await tws({ version, onHistory: answering });
    const error = await refusal(ibkrAt(options, NOW).fetchBars(WEEK, never));
    expect(error).toMatchObject({ code: 'network', disposition: 'stop-provider' });
    expect(error.message).toMatch(words);
  });
});

describe('client ids', () => {
  const inUse = wordOf(-1, 326, 'Unable to connect as the client id is already in use. Retry with a unique client id.');

  it('one that is taken makes the next be tried', async () => {
    const { options, heard } = await tws({
      onStart: (line, id) => {
        if (Number(id) < 88) {
          line.say(inUse);
          line.socket.end();
        } else letIn(line);
      },
      onHistory: answering,
    });
    await ibkrAt(options, NOW).fetchBars(WEEK, never);
    expect(heard.filter(([kind]) => kind === '71').map((fields) => fields[2])).toEqual(['86', '87', '88']);
  });

  it('when all of a handful are taken it says so', async () => {
    const { options } = await tws({
      onStart: (line) => {
        line.say(inUse);
        line.socket.end();
      },
    });
    const error = await refusal(ibkrAt({ ...options, client_id: 5 }, NOW).fetchBars(WEEK, never));
    expect(error).toMatchObject({ code: 'network', disposition: 'stop-provider' });
    expect(error.message).toContain('every client id from 5 to 12 is in use');
  });

  it('two sessions on one desk get different ones', async () => {
    const sandbox = await standIn(NOW);
    const [first, second] = [ibkrAt(optionsFor(sandbox), NOW), ibkrAt(optionsFor(sandbox), NOW)];
    await first.checkAccess(never);
    expect(await second.checkAccess(never)).toContain('server version 178');
  });
});
