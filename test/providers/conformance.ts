import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/http/clock.ts';
import { VortexError } from '../../src/market/errors.ts';
import { DAY_MS } from '../../src/market/period.ts';
import type { BarRequest, Provider } from '../../src/providers/provider.ts';
import { answer, serve } from '../support/loopback.ts';
import { atWork, faultsOf, refusal } from '../support/session.ts';

/** What the suite has to know of a provider. */
export type Subject = SubjectOfAll & (HttpSubject | OtherWire);

interface SubjectOfAll {
  readonly provider: Provider;
  /** The time that everything stands for. */
  readonly now: string;
  /** Starts the provider's own stand-in; gives its options, and counts what it was asked. */
  readonly standIn: () => Promise<{ readonly options: unknown; readonly requests: () => Promise<number> }>;
  /** Requests that have bars, by a name for people. */
  readonly known: Readonly<Record<string, BarRequest>>;
  /** A range of a known symbol in which nothing trades. */
  readonly quiet: BarRequest;
  readonly unknownSymbol: BarRequest;
  /** What its capabilities exclude, by what is wrong. */
  readonly excluded: Readonly<Record<string, BarRequest>>;
}

/** A provider whose wire is not HTTP: why, and where its own tests of wrong answers stand. */
interface OtherWire {
  readonly notHttp: string;
}

interface HttpSubject {
  /** Options that point the provider at another server. */
  readonly optionsAt: (url: string) => unknown;
  /**
   * Answers what comes before bars (a login, a page), as a site does where all is well; false for the request for bars, which
   * the test answers. Absent: the first request is for bars.
   */
  readonly before?: (path: string, response: ServerResponse, request: IncomingMessage) => boolean;
  /** An answer in its wire form to the first known request, without one field; the field is named in the error. */
  readonly mismatch: { readonly body: string; readonly field: string };
  /** An answer of `good` good rows and one for each reason to drop it. */
  readonly badRows: {
    readonly body: string;
    readonly request: BarRequest;
    readonly good: number;
    readonly reasons: readonly string[];
  };
}

const SOURCES = resolve(import.meta.dirname, '../../src/providers');
/** What no provider may do by itself. */
const FORBIDDEN =
  /node:(fs|child_process|http|https|timers)|\bprocess\.|setTimeout|setInterval|\bfetch\(|console\.|axios|new Date\(\)|Date\.now/;

function halves({ range, ...rest }: BarRequest): [BarRequest, BarRequest] {
  const middle = range.from + Math.floor((range.to - range.from) / DAY_MS / 2) * DAY_MS;
  return [
    { ...rest, range: { from: range.from, to: middle } },
    { ...rest, range: { from: middle, to: range.to } },
  ];
}

/** The contract that every provider keeps, checked against its stand-in. */
export function conformance(subject: Subject): void {
  const { provider, now, known } = subject;
  const [someRequest] = Object.values(known);
  if (someRequest === undefined) throw new Error('the suite needs a request that has bars');

  describe(`${provider.id} keeps the contract of providers`, () => {
    describe.each(Object.entries(known))('%s', (_, asked) => {
      it('bars ascend, are unique, UTC, inside the range, and the same when asked again', async () => {
        const { options } = await subject.standIn();
        const work = atWork(provider, options, now);
        const first = await work.fetch(asked);
        expect(first.bars.time.length).toBeGreaterThan(0);
        expect(faultsOf(first.bars, asked)).toEqual([]);
        const again = await work.fetch(asked);
        expect({ ...again, source: { ...again.source, clock: first.source.clock } }).toEqual(first);
      });

      it('two halves of a range have together the bars of the whole', async () => {
        const { options } = await subject.standIn();
        const work = atWork(provider, options, now);
        const whole = await work.fetch(asked);
        const parts = await Promise.all(halves(asked).map((half) => work.fetch(half)));
        const joined = (of: (part: typeof whole) => Float64Array): number[] => parts.flatMap((part) => [...of(part)]);
        expect(joined(({ bars }) => bars.time)).toEqual([...whole.bars.time]);
        expect(joined(({ bars }) => bars.open)).toEqual([...whole.bars.open]);
        expect(joined(({ bars }) => bars.close)).toEqual([...whole.bars.close]);
        expect(joined(({ bars }) => bars.volume)).toEqual([...whole.bars.volume]);
      });
    });

    it('an empty range is an empty list, without a request', async () => {
      const { options, requests } = await subject.standIn();
      const { from } = someRequest.range;
      const { bars } = await atWork(provider, options, now).fetch({ ...someRequest, range: { from, to: from } });
      expect(bars.time).toHaveLength(0);
      expect(await requests()).toBe(0);
    });

    it('a range in which nothing trades is an empty list', async () => {
      const { options } = await subject.standIn();
      const { bars } = await atWork(provider, options, now).fetch(subject.quiet);
      expect(bars.time).toHaveLength(0);
    });

    it('an unknown symbol is an error that says so', async () => {
      const { options } = await subject.standIn();
      const error = await refusal(atWork(provider, options, now).fetch(subject.unknownSymbol));
      expect(error).toMatchObject({ code: 'no-such-symbol', disposition: 'skip-series' });
      expect(error.message).toContain(`no such symbol at ${provider.id}: `);
    });

    it.each(Object.entries(subject.excluded))('refuses %s before any request', async (_, asked) => {
      const { options, requests } = await subject.standIn();
      const error = await refusal(atWork(provider, options, now).fetch(asked));
      expect(error).toMatchObject({ code: 'not-servable', disposition: 'skip-series' });
      expect(await requests()).toBe(0);
    });

    it('asks nobody when it was aborted before', async () => {
      const { options, requests } = await subject.standIn();
      const error = await refusal(atWork(provider, options, now).fetch(someRequest, AbortSignal.abort()));
      expect(error.code).toBe('interrupted');
      expect(await requests()).toBe(0);
    });

    it('says in words who let us in, and keeps quiet when it was aborted before', async () => {
      const { options, requests } = await subject.standIn();
      const { session } = atWork(provider, options, now);
      const check = session.checkAccess?.bind(session) ?? (() => Promise.resolve(''));
      const error = await refusal(check(AbortSignal.abort()));
      expect([error.code, await requests()]).toEqual(['interrupted', 0]);
      const words = await check(new AbortController().signal);
      expect(words).not.toBe('');
      expect(await session.allowance?.(new AbortController().signal)).not.toMatchObject({ used: 1 });
      await session.close?.();
    });

    it('its source has no files, environment, exit, sockets, clock or sleep of its own', () => {
      const folder = join(SOURCES, provider.id);
      const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
      expect(files).toContain('index.ts');
      for (const file of files) expect(readFileSync(join(folder, file), 'utf8'), file).not.toMatch(FORBIDDEN);
    });

    if ('notHttp' in subject) it.skip(`what is said of answers over HTTP: ${subject.notHttp}`);
    else conformanceOverHttp(subject, someRequest);
  });
}

/** The part of the contract that is about wrong answers of a server. */
function conformanceOverHttp(subject: SubjectOfAll & HttpSubject, someRequest: BarRequest): void {
  const { provider, now, optionsAt } = subject;
  /** A server that is in trouble as a whole, or only once it is asked for bars. */
  const places = subject.before === undefined ? ['everywhere'] : ['everywhere', 'in place of bars'];
  const serveAt = (place: string, handler: (response: ServerResponse) => void): ReturnType<typeof serve> =>
    serve((path, response, request) => {
      const isBefore = place !== 'everywhere' && (subject.before?.(path, response, request) ?? false);
      if (!isBefore) handler(response);
    });

  it.each(places)('a body of any JSON is a VortexError, never "no data": %s', async (place) => {
    let body = '';
    const server = await serveAt(place, (response) => {
      answer(response, 200, body);
    });
    await fc.assert(
      fc.asyncProperty(fc.json(), async (json) => {
        body = json;
        await refusal(atWork(provider, optionsAt(server.url), now).fetch(someRequest));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['nothing at all', 200, '', 'application/json'],
    ['a web page', 200, '<!DOCTYPE html><title>Will be right back</title>', 'text/html'],
    ['a web page that calls itself JSON', 200, '\n <html></html>', 'application/json'],
    ['a web page with 404', 404, '<html>Not Found</html>', 'text/html'],
    ['a web page with 503', 503, '<html>Will be right back</html>', 'text/html'],
    ['bytes that are no text', 200, '\u0000\uFFFD\u0001', 'application/octet-stream'],
    ['no content', 204, '', 'text/plain'],
    ['a redirect to nowhere', 302, '', 'text/plain'],
    ['a refusal', 403, '{"error":"forbidden"}', 'application/json'],
    ['an internal error', 500, '{}', 'application/json'],
  ])('%s is an error, never "no data"', async (_, status, body, type) => {
    for (const place of places) {
      const server = await serveAt(place, (response) => {
        answer(response, status, body, type);
      });
      const error = await refusal(atWork(provider, optionsAt(server.url), now).fetch(someRequest));
      expect(error.code).not.toBe('internal');
      expect(error.message).toContain(server.url);
    }
  });

  it('an answer of another form names the field and the address, without secrets', async () => {
    const server = await serveAt('in place of bars', (response) => {
      answer(response, 200, subject.mismatch.body);
    });
    const secret = server.url.replace('//', '//somebody:hunter2@');
    const error = await refusal(atWork(provider, optionsAt(secret), now).fetch(someRequest));
    expect(error.code).toBe('bad-answer');
    expect(error.message).toContain(subject.mismatch.field);
    expect(error.message).toContain(new URL(server.url).host);
    const everything = [error.message, error.stack, JSON.stringify(error.context), String(error.cause)].join();
    expect(everything).not.toMatch(/hunter2|somebody/);
  });

  it('bad rows are left out and counted, each with its reason', async () => {
    const { body, request, good, reasons } = subject.badRows;
    const server = await serveAt('in place of bars', (response) => {
      answer(response, 200, body);
    });
    const { bars, dropped } = await atWork(provider, optionsAt(server.url), now).fetch(request);
    expect(bars.time).toHaveLength(good);
    expect(dropped).toEqual(Object.fromEntries(reasons.map((reason) => [reason, 1])));
    expect(faultsOf(bars, request)).toEqual([]);
  });

  it('an abort ends it at once and leaves no socket and no timer', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{');
    });
    const before = timers();
    const stop = new AbortController();
    const ending = refusal(atWork(provider, optionsAt(server.url), now).fetch(someRequest, stop.signal));
    await vi.waitFor(() => {
      expect(server.requests).toHaveLength(1);
    });
    const told = performance.now();
    stop.abort();
    expect((await ending).code).toBe('interrupted');
    expect(performance.now() - told).toBeLessThan(1_000);
    await vi.waitFor(async () => {
      expect(await server.connections()).toBe(0);
    });
    expect(timers()).toBeLessThanOrEqual(before);
    expect(server.requests).toHaveLength(1);
  });

  it('no access is an error with the address, whatever is answered', async () => {
    for (const [status, body] of [
      [200, '<html>Will be right back</html>'],
      [403, '{"error":"forbidden"}'],
      [500, ''],
    ] as const) {
      const server = await serve((_, response) => {
        answer(response, status, body);
      });
      const { session } = atWork(provider, optionsAt(server.url), now);
      const error = await refusal(session.checkAccess?.(new AbortController().signal) ?? Promise.resolve());
      expect(error.code).not.toBe('internal');
      expect(error.message).toContain(new URL(server.url).host);
    }
  });

  it('asks once and lets the error of the client through: it retries nothing by itself', async () => {
    const fault = new VortexError('the network is down', { code: 'network', disposition: 'skip-series' });
    let sent = 0;
    const http = {
      send: () => {
        sent += 1;
        return Promise.reject(fault);
      },
      keepSecret: () => undefined,
    };
    const session = provider.create(optionsAt('http://127.0.0.1:9'), {
      http,
      clock: systemClock,
      count: () => () => undefined,
      now: () => Date.parse(now),
    });
    expect(await refusal(session.fetchBars(someRequest, new AbortController().signal))).toBe(fault);
    expect(sent).toBe(1);
  });
}
