import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { FaultKind } from './retry.ts';

/** The time-outs of one try, milliseconds. */
export interface Timeouts {
  /** Until there is a connection, TLS handshake and proxy included. */
  readonly connectMs: number;
  /** Without a byte coming in, once there is a connection. */
  readonly idleMs: number;
  /** From start to the last byte. */
  readonly totalMs: number;
}

/** Why a try was ended from our side. */
export type Verdict = FaultKind | 'interrupted';

/** Sockets whose connection, TLS included, is done; kept alive, they come again with later requests. */
const connected = new WeakSet<Duplex>();

/** Of requests that go by a proxy: aborts when the request is ended from our side. */
const ends = new WeakMap<ClientRequest, AbortSignal>();

/** Aborts when a request is ended from our side; undefined for one that goes by no proxy. */
export function endOf(request: ClientRequest): AbortSignal | undefined {
  return ends.get(request);
}

/**
 * Sends the one request of a try (axios's `transport`) and watches over it: ends it when a time-out or the signal says so.
 * Timers are the machine's own, not an injected clock's, since sockets live in real time.
 */
export class Watch {
  /** Why it ended the request; undefined when it did not. */
  verdict: Verdict | undefined;
  /** The proxy's status when it would not open a tunnel. */
  refusedTunnel: number | undefined;

  readonly #url: URL;
  readonly #ca: string | undefined;
  readonly #timeouts: Timeouts;
  readonly #signal: AbortSignal;
  readonly #totalTimer: NodeJS.Timeout;
  /** Only for a request that goes by a proxy. */
  readonly #ended: AbortController | undefined;
  #phaseTimer: NodeJS.Timeout | undefined;
  #request: ClientRequest | undefined;

  constructor(url: URL, isProxied: boolean, ca: string | undefined, timeouts: Timeouts, signal: AbortSignal) {
    this.#url = url;
    this.#ended = isProxied ? new AbortController() : undefined;
    this.#ca = ca;
    this.#timeouts = timeouts;
    this.#signal = signal;
    this.#totalTimer = setTimeout(() => {
      this.#end('total-timeout');
    }, timeouts.totalMs);
    if (signal.aborted) this.verdict = 'interrupted';
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** What axios calls in place of `http.request`. */
  request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest {
    if (this.verdict !== undefined) throw new Error('ended before it was sent');
    const send = this.#url.protocol === 'https:' ? https.request : http.request;
    const request = send(this.#ca === undefined ? options : { ...options, ca: this.#ca }, onAnswer);
    this.#request = request;
    // Node may tell of the end again, when nobody listens any more.
    request.on('error', () => undefined);
    request.once('socket', (socket) => {
      this.#onSocket(socket);
    });
    if (this.#ended !== undefined) {
      ends.set(request, this.#ended.signal);
      // The agent hands out the socket only after the proxy answered.
      this.#await('connect-timeout', this.#timeouts.connectMs);
      request.once('proxyConnect', (connect: { statusCode?: number }) => {
        if (connect.statusCode !== undefined && connect.statusCode !== 200) this.refusedTunnel = connect.statusCode;
      });
    }
    return request;
  }

  /** Something came in: the idle time starts anew. */
  heard(): void {
    this.#phaseTimer?.refresh();
  }

  /** Leaves no timer and no listener. */
  close(): void {
    clearTimeout(this.#totalTimer);
    clearTimeout(this.#phaseTimer);
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    this.#end('interrupted');
  };

  #onSocket(socket: Duplex & { readonly connecting?: boolean }): void {
    const isSecure = this.#url.protocol === 'https:';
    if (connected.has(socket) || (!isSecure && socket.connecting !== true)) {
      this.#onConnected(socket);
      return;
    }
    this.#await('connect-timeout', this.#timeouts.connectMs);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      this.#onConnected(socket);
    });
  }

  #onConnected(socket: Duplex): void {
    connected.add(socket);
    this.#await('idle-timeout', this.#timeouts.idleMs);
  }

  #await(verdict: FaultKind, ms: number): void {
    clearTimeout(this.#phaseTimer);
    this.#phaseTimer = setTimeout(() => {
      this.#end(verdict);
    }, ms);
  }

  #end(verdict: Verdict): void {
    this.verdict ??= verdict;
    const reason = new Error('ended by a time-out or an interruption');
    this.#request?.destroy(reason);
    this.#ended?.abort();
    // Without a socket, as in the line for a free one, node tells nobody before there is one.
    if (this.#request?.socket === null) this.#request.emit('error', reason);
  }
}
