import type { Socket } from 'node:net';
import type { Control } from './control.ts';
import type { DrawnFaults } from './faults.ts';
import { headAnswer, historyAnswer } from './ibkr-history.ts';
import { FARM_IS_UP, FARM_NOTICES, PACING, refusalFor } from './ibkr-refusals.ts';
import type { PacingWindows } from './ibkr-pacing.ts';
import { readHistory, readQuery } from './ibkr-request.ts';
import type { Refusal } from './ibkr-request.ts';
import type { ContractQuery, ListedContract, Universe } from './ibkr-universe.ts';
import { fieldsOf, frameOf, FrameReader } from './ibkr-wire.ts';
import type { Fields } from './ibkr-wire.ts';
import type { Truth } from './truth.ts';

/** The version that the stand-in speaks: the last one without fields that some clients lack. */
const SERVER_VERSION = 178;

const OUR_LAST_TRADE_DATE_VERSION = 182;
const SERVICE = 'Historical Market Data Service error message:';
const NOBODY = -1;
const NO_SUCH: Refusal = { code: 200, text: 'No security definition has been found for the request' };
const AWAY_MS = 500;
const WAKES_MS = 50;

/** What all clients of one stand-in share. */
export interface Desk {
  readonly truth: Truth;
  readonly universe: Universe;
  readonly control: Control;
  readonly pacing: PacingWindows;
  /** Client ids in use. */
  readonly ids: Set<string>;
  readonly timers: Set<NodeJS.Timeout>;
}

type Message = readonly (string | number)[];

/** One client at the desk, from its greeting to its end. */
export class DeskClient {
  readonly #desk: Desk;
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #going = new Set<string>();
  #version = 0;
  /** Nothing more is said: the line was cut or hangs in the middle of a message. */
  #isMute = false;
  #id: string | undefined;

  constructor(desk: Desk, socket: Socket) {
    this.#desk = desk;
    this.#socket = socket;
    socket.on('data', (bytes) => {
      this.#receive(bytes);
    });
    // A client that goes away in the middle is no fault of ours.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#id !== undefined) desk.ids.delete(this.#id);
    });
  }

  #receive(bytes: Buffer): void {
    try {
      for (const message of this.#reader.push(bytes)) {
        if (this.#version === 0) this.#greet(message);
        else this.#handle(fieldsOf(message));
      }
    } catch {
      this.#socket.destroy();
    }
  }

  #greet(message: string): void {
    const [, least, most] = /^v(\d+)(?:\.\.(\d+))?/.exec(message) ?? [];
    this.#version = Math.min(SERVER_VERSION, Number(most ?? least));
    if (!(this.#version >= 100) || Number(least) > SERVER_VERSION) {
      this.#socket.destroy();
      return;
    }
    const time = new Date(this.#desk.control.now()).toISOString();
    this.#send([this.#version, `${time.slice(0, 10).replaceAll('-', '')} ${time.slice(11, 19)} Greenwich Mean Time`]);
  }

  #handle(fields: Fields): void {
    const [kind = '', first = '', second = ''] = fields;
    if (kind === '71') this.#start(fields[2] ?? '');
    else if (this.#id === undefined) this.#socket.destroy();
    else if (kind === '9') this.#asked(second, readQuery(fields, 3), (...asked) => this.#details(second, ...asked));
    else if (kind === '20')
      this.#asked(first, readQuery(fields, 2), (...asked) => this.#history(first, fields, ...asked));
    else if (kind === '87') this.#asked(first, readQuery(fields, 2), (...asked) => this.#head(first, fields, ...asked));
    else if (kind === '49') this.#send([49, 1, Math.floor(this.#desk.control.clockOf('ibkr') / 1000)]);
    else if (kind === '25') this.#cancel(second);
    else if (kind === '90') this.#going.delete(first);
  }

  #start(id: string): void {
    const { ids } = this.#desk;
    if (ids.has(id)) {
      this.#say(NOBODY, {
        code: 326,
        text: 'Unable to connect as the client id is already in use. Retry with a unique client id.',
      });
      this.#socket.end();
      return;
    }
    ids.add(id);
    this.#id = id;
    const farms: Refusal[] = [
      { code: 2104, text: 'Market data farm connection is OK:usfarm' },
      { code: 2106, text: 'HMDS data farm connection is OK:ushmds' },
    ];
    // In one segment, as TWS does.
    this.#socket.write(
      Buffer.concat([
        frameOf([15, 1, 'DU1234567']),
        frameOf([9, 1, 1]),
        ...farms.map((farm) => this.#saying(NOBODY, farm)),
      ]),
    );
  }

  /** Answers a request, or lets the drawn fault have its way with it. */
  #asked(
    id: string,
    query: ContractQuery,
    answer: (query: ContractQuery, faults: DrawnFaults) => Message[] | Refusal,
  ): void {
    const faults = this.#desk.control.draw('ibkr');
    this.#going.add(id);
    this.#later(faults.slowMs, () => {
      if (!this.#going.has(id)) return;
      const meant = answer(query, faults);
      const instead = 'code' in meant ? undefined : this.#refusalFor(faults, query, meant);
      this.#deliver(id, instead ?? meant, faults);
    });
  }

  /** What a fault says in place of bars, and what a farm says of itself before. */
  #refusalFor(faults: DrawnFaults, query: ContractQuery, messages: readonly Message[]): Refusal | undefined {
    if (messages[0]?.[0] !== 17) return undefined;
    const notice = FARM_NOTICES[faults.delivery ?? ''];
    if (notice !== undefined) this.#say(NOBODY, notice);
    if (faults.delivery === 'farm-idle') {
      this.#later(WAKES_MS, () => {
        this.#say(NOBODY, FARM_IS_UP);
      });
    }
    return refusalFor(faults, () => this.#found(query));
  }

  #deliver(id: string, answer: Message[] | Refusal, { delivery, argument }: DrawnFaults): void {
    if (delivery === 'stall') return;
    if (delivery === 'reset') {
      this.#socket.resetAndDestroy();
      return;
    }
    if (delivery === 'away' || delivery === 'away-lost') {
      this.#goAway(delivery === 'away' ? 1102 : 1101, Number(argument ?? AWAY_MS));
      return;
    }
    this.#going.delete(id);
    const frames = Buffer.concat(
      'code' in answer ? [this.#saying(id, answer)] : answer.map((message) => frameOf(message)),
    );
    if (this.#isMute) return;
    if (delivery === 'cut' || delivery === 'hang') {
      this.#isMute = true;
      this.#socket.write(frames.subarray(0, Math.floor(frames.length / 2)), () => {
        if (delivery === 'cut') this.#socket.destroy();
      });
    } else this.#socket.write(frames);
  }

  #goAway(code: number, ms: number): void {
    const was = code === 1102 ? 'data maintained' : 'data lost';
    this.#say(NOBODY, { code: 1100, text: 'Connectivity between IB and Trader Workstation has been lost.' });
    this.#going.clear();
    this.#later(ms, () => {
      this.#say(NOBODY, { code, text: `Connectivity between IB and Trader Workstation has been restored - ${was}.` });
    });
  }

  #details(id: string, query: ContractQuery, faults: DrawnFaults): Message[] | Refusal {
    if (query.secType === 'FUT' && faults.quirks.has('months-gone')) return NO_SUCH;
    const found = this.#desk.universe.search(query, this.#desk.control.now());
    if (found.length === 0) return NO_SUCH;
    return [...found.map((contract) => detailsMessage(id, toldContract(contract, faults), this.#version)), [52, 1, id]];
  }

  #found(query: ContractQuery): ListedContract | undefined {
    const found = this.#desk.universe.search(query, this.#desk.control.now());
    return found.length === 1 ? found[0] : undefined;
  }

  #history(id: string, fields: Fields, query: ContractQuery, faults: DrawnFaults): Message[] | Refusal {
    const now = this.#desk.control.now();
    const request = readHistory(fields, 15, query, now);
    if ('code' in request) return request;
    const contract = this.#found(query);
    if (contract === undefined) return NO_SUCH;
    const identity = fields.slice(2).join(' ');
    if (request.isFine && !this.#desk.pacing.allows(identity, String(contract.conId), now)) return PACING;
    const answer = historyAnswer(this.#desk.truth, contract, request, now, faults);
    return 'code' in answer ? answer : [[17, id, ...answer]];
  }

  #head(id: string, fields: Fields, query: ContractQuery, faults: DrawnFaults): Message[] | Refusal {
    const contract = this.#found(query);
    if (contract === undefined) return NO_SUCH;
    const isEpoch = fields.at(-1) === '2';
    return [[88, id, headAnswer(this.#desk.truth, contract, isEpoch, faults, this.#desk.control.now())]];
  }

  #cancel(id: string): void {
    const text = this.#going.delete(id)
      ? { code: 162, text: `${SERVICE}API historical data query cancelled: ${id}` }
      : { code: 366, text: `No historical data query found for ticker id:${id}` };
    this.#say(id, text);
  }

  #saying(id: string | number, { code, text }: Refusal): Buffer {
    return frameOf([4, 2, id, code, text, ...(this.#version >= 166 ? [''] : [])]);
  }

  #say(id: string | number, what: Refusal): void {
    if (!this.#socket.destroyed && !this.#isMute) this.#socket.write(this.#saying(id, what));
  }

  #send(message: Message): void {
    this.#socket.write(frameOf(message));
  }

  #later(ms: number, act: () => void): void {
    if (ms === 0) {
      act();
      return;
    }
    const { timers } = this.#desk;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!this.#socket.destroyed) act();
    }, ms);
    timers.add(timer);
  }
}

/** The contract as a fault makes it: another currency, name or listing under the same number. */
function toldContract(contract: ListedContract, { identity }: DrawnFaults): ListedContract {
  const { security, currency } = contract;
  if (identity === 'currency') return { ...contract, currency: currency === 'USD' ? 'CAD' : 'USD' };
  if (identity === 'exchange') return { ...contract, primaryExchange: 'PINK' };
  return identity === undefined
    ? contract
    : { ...contract, security: { ...security, name: 'Another Company, made up' } };
}

/** Where a stock is listed that is asked of SMART. */
function listedAt({ secType, exchange, primaryExchange }: ListedContract): string {
  if (secType === 'FUT' || secType === 'CASH') return '';
  return primaryExchange ?? (exchange === 'SMART' ? 'ARCA' : exchange);
}

/** Message 10: one contract, in the form of servers from 164 on. */
function detailsMessage(id: string, contract: ListedContract, version: number): Message {
  const { security, symbol, secType, exchange, currency, localSymbol, tradingClass, timezone } = contract;
  const tick = security.price.step / security.price.scale;
  const isFuture = secType === 'FUT';
  const hours = '';
  return [
    ...[10, id, symbol, secType, isFuture ? `${contract.lastDate} 13:30 ${timezone}` : ''],
    ...(version >= OUR_LAST_TRADE_DATE_VERSION ? [contract.lastDate] : []),
    ...[0, '', exchange, currency, localSymbol, tradingClass, tradingClass, contract.conId, tick, contract.multiplier],
    ...['ACTIVETIM,ADJUST,LMT,MKT', exchange, contract.magnifier, isFuture ? 1 : 0, security.name],
    ...[listedAt(contract), contract.month, '', '', ''],
    ...[timezone, hours, hours, '', 0, 0, 1, isFuture ? symbol : '', isFuture ? 'IND' : '', '26'],
    ...[contract.lastDate, secType === 'STK' ? 'COMMON' : '', 1, 1, 1],
    ...(version >= 186 ? [0] : []),
  ];
}
