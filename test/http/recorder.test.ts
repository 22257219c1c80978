import { expect, it } from 'vitest';
import type { HttpClient, HttpRequest } from '../../src/http/http-client.ts';
import { recordingClient } from '../../src/http/recorder.ts';
import type { Exchange } from '../../src/http/recorder.ts';
import { Redactor } from '../../src/http/redact.ts';
import { ReplayClient } from '../../src/http/replay.ts';

const NEVER = new AbortController().signal;

/** A server that gives back what it was told, cookies and all. */
const echo: HttpClient = {
  keepSecret: () => undefined,
  send: ({ url, form = {} }) =>
    Promise.resolve({
      status: 200,
      headers: { 'content-type': 'text/csv', 'set-cookie': 'session=Lx93kdPq', 'x-csrf-token': 'Lx93kdPq' },
      body: Buffer.from(`you are ${Object.values(form).join()}, \u00e9\u0000`),
      url: String(url),
      requestedAt: 5,
    }),
};

async function recorded(request: HttpRequest, secrets: string[] = []): Promise<[string, Exchange][]> {
  const told: [string, Exchange][] = [];
  await recordingClient(echo, new Redactor(secrets), (job, exchange) => told.push([job, exchange])).send(
    request,
    NEVER,
  );
  return told;
}

it('no secret reaches what is kept: not by the address, the form, the headers, or an answer that repeats it', async () => {
  const form = { username: 'jane@example.com', password: 'p&ss=w rd', _token: 'tok12345', symbol: 'GCJ24' };
  const url = 'https://jane:hunter22@example.com/get?apikey=K1234567&symbol=GCJ24&crumb=abc.def';
  const told = await recorded({ method: 'POST', url, form, job: 'x' }, ['jane@example.com', 'p&ss=w rd', 'tok12345']);
  const text = JSON.stringify(told) + (told[0]?.[1].body.toString('utf8') ?? '');
  for (const secret of ['jane', 'hunter22', 'K1234567', 'abc.def', 'p&ss', 'p%26ss', 'tok12345', 'Lx93kdPq']) {
    expect(text).not.toContain(secret);
  }
  expect(told[0]?.[1].form).toContain('symbol=GCJ24');
  expect(told[0]?.[1].headers).toEqual({ 'content-type': 'text/csv' });
  expect(told[0]?.[1].body.toString('utf8')).toBe('you are ***,***,***,GCJ24, \u00e9\u0000');
});

it('what is sent without a job is kept by nobody, and an answer without secrets is kept byte for byte', async () => {
  expect(await recorded({ url: 'https://example.com/login' })).toEqual([]);
  const [[job, exchange] = []] = await recorded({ url: 'https://example.com/a', job: 'stocks/1d/SPY' }, ['hunter22']);
  expect([job, exchange?.body]).toEqual(['stocks/1d/SPY', Buffer.from('you are , \u00e9\u0000')]);
});

it('the replay answers like questions in their order, at any host, and has no other answer', async () => {
  const replay = new ReplayClient();
  const answer = (end: string, body: string): Exchange => ({
    method: 'GET',
    url: `https://there/prefix/${end}`,
    requestedAt: 0,
    status: 200,
    headers: {},
    body: Buffer.from(body),
  });
  replay.load([answer('page?x=1', 'page'), answer('get?day=1', 'one'), answer('get?day=2', 'two')]);
  const ask = async (end: string) => (await replay.send({ url: `http://here/${end}` })).body.toString('utf8');
  expect([await ask('get?day=1&more=1'), await ask('get?day=2')]).toEqual(['one', 'two']);
  await expect(ask('get?day=3')).rejects.toMatchObject({ code: 'file-corrupt' });
  await expect(replay.send({ method: 'POST', url: 'http://here/page' })).rejects.toMatchObject({
    code: 'file-corrupt',
  });
  await expect(replay.send({ url: 'http://here/page', check: () => new Error('no') })).rejects.toThrow('no');
});

it('the server’s time and the age of its answer are kept, so that a replay tells the same clock', async () => {
  const headers = { date: 'Wed, 03 Jul 2024 06:00:00 GMT', age: '5400' };
  const aged: HttpClient = { ...echo, send: async (...asked) => ({ ...(await echo.send(...asked)), headers }) };
  const told: Exchange[] = [];
  await recordingClient(aged, new Redactor([]), (_, exchange) => told.push(exchange)).send(
    { url: 'https://example.com/a', job: 'x' },
    NEVER,
  );
  expect(told[0]?.headers).toEqual(headers);
});
