import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { asVortexError, usageError, VortexError } from '../src/market/errors.ts';
import { jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { Control } from './control.ts';
import { deliver, whole } from './delivery.ts';
import { dukascopyStandIn } from './dukascopy.ts';
import { barchartStandIn } from './barchart.ts';
import { HTTP_PROVIDERS } from './fault-list.ts';
import type { HttpProvider } from './fault-list.ts';
import type { FuturesRoot } from './futures-list.ts';
import { loadRecordings } from './recorded.ts';
import type { StandIn } from './stand-in.ts';
import { answerTruth } from './truth-endpoint.ts';
import { Truth } from './truth.ts';
import { yahooStandIn } from './yahoo.ts';

/** What a sandbox is started with. */
export interface SandboxOptions {
  /** A loopback address; 127.0.0.1 when absent. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where the stand-in for TWS listens, 0 takes any free port; absent: nowhere. */
  readonly ibPort?: number;
  /** Whole number that all prices are drawn from. */
  readonly seed?: number;
  /** Fault specification, as in `yahoo:429=0.2,reset=0.05`. */
  readonly faults?: string;
  /** Folder of recorded exchanges that answer in place of made-up prices. */
  readonly recorded?: string;
  /** The clock: milliseconds since the epoch, UTC. */
  readonly now: () => number;
  /** The futures markets to have contracts of. */
  readonly futures: readonly FuturesRoot[];
}

/** A running sandbox. */
export interface Sandbox {
  /** http://127.0.0.1:8620 */
  readonly url: string;
  readonly port: number;
  /** The environment that points the program at it. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends every connection, stalled ones too, and frees the port. */
  close(): Promise<void>;
}

/** The seed when none is given. */
const DEFAULT_SEED = 20_240_102;

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
const MOST_CONTROL_BYTES = 65_536;

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue;
    size += part.length;
    if (size > MOST_CONTROL_BYTES) throw usageError('the body is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The pages of a sandbox, without its socket. */
class Pages {
  readonly control: Control;
  readonly truth: Truth;
  readonly #standIns: Readonly<Record<HttpProvider, StandIn>>;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: SandboxOptions) {
    const seed = options.seed ?? DEFAULT_SEED;
    this.control = new Control(options.now, seed, options.faults ?? '');
    this.truth = new Truth(seed, options.futures);
    const recorded = options.recorded === undefined ? undefined : loadRecordings(options.recorded);
    this.#standIns = {
      yahoo: yahooStandIn(this.truth, recorded),
      barchart: barchartStandIn(this.truth),
      dukascopy: dukascopyStandIn(this.truth),
    };
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const [path = '', query] = (request.url ?? '/').split(/\?(.*)/s);
    const parameters = new URLSearchParams(query);
    const provider = HTTP_PROVIDERS.find((id) => path.startsWith(`/${id}/`));
    tellTime(response, provider === undefined ? this.control.now() : this.control.clockOf(provider));
    if (provider !== undefined) {
      void this.#standIn(provider, path.slice(provider.length + 1), parameters, request, response);
    } else if (path.startsWith('/truth/')) {
      send(response, () => answerTruth(this.truth, path.slice('/truth/'.length), parameters, this.control.now()));
    } else if (path === '/control') void this.#answerControl(request, response);
    else {
      const pages = [
        '/yahoo/v8/finance/chart/<SYMBOL>',
        '/barchart/login',
        '/dukascopy/v1/candles/<size>/<CODE>/<side>/…',
        '/truth/<class>/<SYMBOL>',
        '/control',
      ];
      send(response, () =>
        jsonAnswer(path === '/' ? 200 : 404, { sandbox: 'made-up prices; they are nobody’s', pages }),
      );
    }
  }

  env(url: string): Record<string, string> {
    const env: Record<string, string> = {};
    for (const [id, standIn] of Object.entries(this.#standIns)) Object.assign(env, standIn.env(`${url}/${id}`));
    return env;
  }

  #counts(): Record<string, Readonly<Record<string, number>>> {
    const now = this.control.now();
    const counts: Record<string, Readonly<Record<string, number>>> = {};
    for (const [id, standIn] of Object.entries(this.#standIns)) {
      if (standIn.counts !== undefined) counts[id] = standIn.counts(now);
    }
    return counts;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #standIn(
    provider: HttpProvider,
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const standIn = this.#standIns[provider];
    const faults = this.control.draw(provider);
    const { method = 'GET', headers } = request;
    let answer: Answer;
    try {
      const body = method === 'POST' ? await readBody(request) : '';
      answer = guarded(() => standIn.answer({ method, path, query, headers, body }, this.control.now(), faults));
    } catch (error) {
      answer = jsonAnswer(400, { error: `sandbox: ${asVortexError(error).message}` });
    }
    if (faults.slowMs === 0) {
      deliver(response, answer, faults, standIn.pages);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      deliver(response, answer, faults, standIn.pages);
    }, faults.slowMs);
    this.#timers.add(timer);
  }

  async #answerControl(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.method === 'POST') this.control.change(await readBody(request));
      send(response, () => jsonAnswer(200, { ...this.control.state(), counts: this.#counts() }));
    } catch (error) {
      send(response, () => jsonAnswer(400, { error: asVortexError(error).message }));
    }
  }
}

/** An answer whatever happens: what goes wrong in a stand-in is told, and ends no process. */
function guarded(make: () => Answer): Answer {
  try {
    return make();
  } catch (error) {
    const status = error instanceof URIError ? 400 : 500;
    return jsonAnswer(status, { error: `sandbox: ${asVortexError(error).message}` });
  }
}

/** Puts the sandbox's time on an answer, in place of the machine's. @param now milliseconds since the epoch, UTC */
function tellTime(response: ServerResponse, now: number): void {
  response.setHeader('date', new Date(now).toUTCString());
}

function send(response: ServerResponse, make: () => Answer): void {
  whole(response, guarded(make));
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? usageError(`port ${port} is in use: another program listens there; end it or choose another with --port`)
          : new VortexError(`cannot listen on ${host} port ${port}: ${cause.message}`, {
              code: 'usage',
              disposition: 'abort-run',
              cause,
            }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function startIbkr({ ibPort }: SandboxOptions, host: string, { truth, control }: Pages) {
  if (ibPort === undefined) return undefined;
  const { startIbkrStandIn } = await import('./ibkr.ts');
  return startIbkrStandIn(host, ibPort, truth, control);
}

/**
 * Starts the stand-ins on a loopback address.
 * @throws VortexError `usage`: a port in use, unknown faults, a folder without recordings
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const host = options.host ?? '127.0.0.1';
  if (!LOOPBACK.includes(host)) {
    throw usageError(`the sandbox listens on loopback only: not on ${host}, but on ${LOOPBACK.join(', ')}`);
  }
  const pages = new Pages(options);
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    pages.handle(request, response);
  });
  const port = await listen(server, options.port, host);
  const ibkr = await startIbkr(options, host, pages).catch((error: unknown) => {
    server.close();
    throw error;
  });
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    url,
    port,
    env: { ...pages.env(url), ...ibkr?.env, VORTEX_SANDBOX_BASE_URL: url },
    close: async () => {
      pages.close();
      await ibkr?.close();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}
