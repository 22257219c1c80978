import { EventName, IBApi } from '@stoqey/ib';
import type { Contract, ContractDetails } from '@stoqey/ib';
import type { ProviderTools, RealTime } from '../provider.ts';
import { meaningOf } from './codes.ts';
import { Farms } from './farms.ts';
import { ServerClock } from './server-clock.ts';
import { BOUNDS, within } from './timing.ts';
import { interrupted, LinkLost, outcomeOf, problem, ServerWord, Silence, unreachable } from './words.ts';

/** One row of history as the client library gives it. The last call of an answer has a `time` that begins with `finished`. */
export interface HistoryRow {
  readonly time: string;
  readonly open: number | undefined;
  readonly high: number | undefined;
  readonly low: number | undefined;
  readonly close: number | undefined;
  readonly volume: number | undefined;
}

/** What one request does with the messages that carry its number. */
export interface Listener {
  readonly details?: (details: ContractDetails) => void;
  readonly detailsEnd?: () => void;
  readonly row?: (row: HistoryRow) => void;
  readonly head?: (text: string) => void;
}

/** One request and how its answer is put together. */
export interface Question<T> {
  readonly send: (api: IBApi, id: number) => void;
  readonly cancel?: (api: IBApi, id: number) => void;
  readonly listen: (resolve: (answer: T) => void) => Listener;
}

/** The contract as the client library takes it. */
export type WireContract = Contract;

interface Place {
  readonly host: string;
  readonly port: number;
  readonly client_id: number;
  readonly timeout_ms: number;
}

interface Pending extends Listener {
  readonly fail: (error: Error) => void;
}

/** The least server version whose volumes are in shares and whose messages have the present form: TWS of 2021. */
const LEAST_VERSION = 164;
/** Above the limit of 50 messages a second lines are cut. */
const MESSAGES_A_SECOND = 40;
const CONNECT_MS = 10_000;
const NO_REQUEST = -1;

/** One line to TWS or IB Gateway: opened when it is first needed, opened again when it was lost, shared by all requests. */
export class Link {
  readonly farms = new Farms();
  readonly serverClock: ServerClock;
  readonly #place: Place;
  readonly #clock: RealTime;
  readonly #count: ProviderTools['count'];
  readonly #pending = new Map<number, Pending>();
  #api: IBApi | undefined;
  #opening: Promise<IBApi> | undefined;
  #lastId = 0;
  /** Messages that came over any line. */
  #messages = 0;
  #wasOpen = false;
  #isAway = false;
  #whenBack: (() => void)[] = [];

  constructor(place: Place, clock: RealTime, count: ProviderTools['count']) {
    this.#place = place;
    this.#clock = clock;
    this.serverClock = new ServerClock(clock);
    this.#count = count;
  }

  /** Who answers: server version and its time. @throws VortexError `network`, `interrupted` */
  async greeting(signal: AbortSignal): Promise<string> {
    const api = await this.#ready(signal);
    return `${this.#place.host}:${this.#place.port} answers, server version ${api.serverVersion}`;
  }

  /**
   * Sends a request and waits for its answer.
   * @throws ServerWord, LinkLost, Silence; VortexError `network`, `request-limit`, `interrupted`
   */
  async ask<T>(question: Question<T>, signal: AbortSignal): Promise<T> {
    const api = await this.#ready(signal);
    const told = this.#count();
    const before = this.#messages;
    const id = ++this.#lastId;
    try {
      const answer = await within<T>(this.#clock, this.#place.timeout_ms, signal, (resolve, fail) => {
        this.#pending.set(id, { ...question.listen(resolve), fail });
        question.send(api, id);
      });
      told('answer');
      return answer;
    } catch (error) {
      told(outcomeOf(error));
      const isOpen = api === this.#api && api.isConnected;
      if (isOpen && (error instanceof Silence || signal.aborted)) question.cancel?.(api, id);
      // Nothing for anybody: the other end may be gone without a word. The next request opens another line.
      if (isOpen && error instanceof Silence && before === this.#messages) this.#drop(api);
      throw error;
    } finally {
      this.#pending.delete(id);
    }
  }

  /** Ends the line and whoever waits on it. */
  close(): void {
    const api = this.#api;
    this.#api = undefined;
    this.#failAll(interrupted());
    if (api !== undefined) end(api);
  }

  async #ready(signal: AbortSignal): Promise<IBApi> {
    if (this.#api === undefined) {
      this.#opening ??= this.#open(signal).finally(() => {
        this.#opening = undefined;
      });
      await this.#opening;
    }
    if (this.#isAway) await this.#back(signal);
    if (this.#api === undefined) throw new LinkLost('the line went down again');
    return this.#api;
  }

  async #back(signal: AbortSignal): Promise<void> {
    try {
      await within<undefined>(this.#clock, BOUNDS.awayMs, signal, (resolve) => {
        this.#whenBack.push(() => {
          resolve(undefined);
        });
      });
    } catch (error) {
      if (!(error instanceof Silence)) throw error;
      const { host, port } = this.#place;
      const message = `TWS at ${host}:${port} lost its line to Interactive Brokers and it did not come back in ${BOUNDS.awayMs / 1000} s`;
      throw problem(message, 'network', 'stop-provider', error);
    }
  }

  async #open(signal: AbortSignal): Promise<IBApi> {
    const waits = this.#wasOpen ? BOUNDS.reconnectWaitsMs : [0];
    let last: unknown;
    for (const wait of waits) {
      await this.#clock.sleep(wait, signal);
      try {
        const api = await this.#openWithAnyId(signal);
        this.#wasOpen = true;
        return api;
      } catch (error) {
        if (signal.aborted) throw error;
        last = error;
      }
    }
    throw this.#notReached(last);
  }

  async #openWithAnyId(signal: AbortSignal): Promise<IBApi> {
    const { client_id: first } = this.#place;
    for (let id = first; ; id++) {
      try {
        return await this.#attempt(id, signal);
      } catch (error) {
        const isTaken = error instanceof ServerWord && error.meaning === 'id-in-use';
        if (!isTaken || id + 1 >= first + BOUNDS.clientIds) throw error;
      }
    }
  }

  async #attempt(clientId: number, signal: AbortSignal): Promise<IBApi> {
    const { host, port, timeout_ms } = this.#place;
    // All four are given: for one that is absent the library reads .env and IB_* variables.
    const options = { host, port, clientId, maxReqPerSec: MESSAGES_A_SECOND };
    const api = new IBApi(options);
    this.#isAway = false;
    this.farms.forget();
    try {
      await within<undefined>(this.#clock, Math.min(CONNECT_MS, timeout_ms), signal, (resolve, reject) => {
        this.#listenTo(api, reject);
        api.once(EventName.nextValidId, () => {
          // Set before anything else that came with the same segment is looked at.
          this.#api = api;
          api.reqCurrentTime();
          resolve(undefined);
        });
        api.connect(clientId);
      });
      if (api.serverVersion < LEAST_VERSION) {
        throw new ServerWord(
          503,
          `server version ${api.serverVersion} is too old, ${LEAST_VERSION} is the least: update TWS`,
        );
      }
      return api;
    } catch (error) {
      if (this.#api === api) this.#api = undefined;
      end(api);
      throw error;
    }
  }

  #listenTo(api: IBApi, refuse: (error: Error) => void): void {
    const hear = (code: number, text: string, id: number): void => {
      this.farms.hear(code, text);
      if (this.#api === api) this.#hear(code, text, id);
      else if (meaningOf(code, text) === 'away') this.#isAway = true;
      else if (meaningOf(code, text) !== 'status') refuse(new ServerWord(code, text));
    };
    api.on(EventName.error, (error: Error, code: number, id: number) => {
      hear(code, error.message, id);
    });
    api.on(EventName.info, (text: string, code: number) => {
      hear(code, text, NO_REQUEST);
    });
    api.on(EventName.disconnected, () => {
      if (this.#api !== api) refuse(new LinkLost('it closed the line before it let us in'));
      else {
        this.#api = undefined;
        this.#failAll(new LinkLost('the line went down'));
      }
    });
    api.on(EventName.received, () => {
      this.#messages += 1;
    });
    api.on(EventName.currentTime, (seconds) => {
      this.serverClock.hear(seconds);
      // It was asked for by the line itself, and says nothing about what others wait for.
      this.#messages -= 1;
    });
    api.on(EventName.contractDetails, (id, details) => this.#pending.get(id)?.details?.(details));
    api.on(EventName.contractDetailsEnd, (id) => this.#pending.get(id)?.detailsEnd?.());
    api.on(EventName.headTimestamp, (id, text) => this.#pending.get(id)?.head?.(text));
    api.on(EventName.historicalData, (id, time, open, high, low, close, volume) =>
      this.#pending.get(id)?.row?.({ time, open, high, low, close, volume }),
    );
  }

  #hear(code: number, text: string, id: number): void {
    const meaning = meaningOf(code, text);
    if (meaning === 'away') {
      this.#isAway = true;
      this.#failAll(new LinkLost(text));
    } else if (meaning === 'back') {
      this.#isAway = false;
      for (const go of this.#whenBack.splice(0)) go();
    } else if (meaning === 'unreadable') this.#failAll(new ServerWord(code, text));
    else if (meaning !== 'status') this.#pending.get(id)?.fail(new ServerWord(code, text));
  }

  #drop(api: IBApi): void {
    this.#api = undefined;
    end(api);
    this.#failAll(new LinkLost('the line had gone dead'));
  }

  #failAll(error: Error): void {
    for (const pending of [...this.#pending.values()]) pending.fail(error);
  }

  #notReached(error: unknown): Error {
    const { host, port, client_id: first } = this.#place;
    if (error instanceof ServerWord && error.meaning === 'id-in-use') {
      const last = first + BOUNDS.clientIds - 1;
      const message = `every client id from ${first} to ${last} is in use at ${host}:${port}; end other programs or set client_id`;
      return problem(message, 'network', 'stop-provider', error);
    }
    if (error instanceof ServerWord && error.meaning === 'outdated') {
      return problem(
        `the TWS or Gateway at ${host}:${port} does not fit: ${error.message}`,
        'network',
        'stop-provider',
        error,
      );
    }
    const why =
      error instanceof Silence
        ? `something accepts the connection and then says nothing (${error.message})`
        : String(error instanceof Error ? error.message : error);
    return unreachable(host, port, why, error);
  }
}

/** Ends a line; what it says while it ends is nobody's. */
function end(api: IBApi): void {
  api.removeAllListeners();
  api.disconnect();
}
