import { expect, test } from 'vitest';
import { VortexError } from '../../src/market/errors.ts';
import { answer, serve } from '../support/loopback.ts';
import { errorOf, openHttp } from './kit.ts';
import { statuses } from './statuses.ts';

const error = (disposition: 'retry' | 'skip-series'): VortexError =>
  new VortexError('yahoo: the answer is the outage page', {
    code: 'html-answer',
    disposition,
    context: { seen: 'html' },
  });

test('an answer it would not take is asked for again, until a good one comes', async () => {
  const server = await serve((_, response) => {
    answer(response, 200, server.requests.length < 3 ? '<html>' : 'bars');
  });
  const { get, http } = openHttp();
  const response = await get(server.url, {
    check: ({ body }) => (body.toString() === '<html>' ? error('retry') : undefined),
  });
  expect(response.body.toString()).toBe('bars');
  expect(server.requests).toHaveLength(3);
  expect(http.stats().providers.yahoo).toMatchObject({ requests: { 200: 3 }, retries: { 'html-answer': 2 } });
});

test('after 4 such answers its error ends the series', async () => {
  const server = await statuses();
  const thrown = await errorOf(openHttp().get(server.url, { check: () => error('retry') }));
  expect(server.requests).toHaveLength(4);
  expect(thrown).toMatchObject({
    message: 'yahoo: the answer is the outage page',
    code: 'html-answer',
    disposition: 'skip-series',
  });
  expect(thrown.context).toMatchObject({ seen: 'html', provider: 'yahoo', tries: 4 });
});

test('any other error of it ends the request as it is, returned or thrown', async () => {
  const server = await statuses();
  const refused = error('skip-series');
  expect(await errorOf(openHttp().get(server.url, { check: () => refused }))).toBe(refused);
  const thrown = openHttp().get(server.url, {
    check: () => {
      throw new RangeError('a slip');
    },
  });
  expect(await errorOf(thrown)).toMatchObject({ code: 'internal', disposition: 'abort-run', message: 'a slip' });
  expect(server.requests).toHaveLength(2);
});

test('it sees answers only, no 5xx', async () => {
  const seen: number[] = [];
  const server = await statuses(503, 404);
  await openHttp().get(server.url, {
    check: ({ status }) => {
      seen.push(status);
      return undefined;
    },
  });
  expect(seen).toEqual([404]);
});
