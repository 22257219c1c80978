import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';

type Message = readonly (string | number)[];

/** A line as a test sees it. */
export interface Line {
  /** Sends messages, all in one piece. */
  say(...messages: Message[]): boolean;
  readonly socket: Socket;
}

/** What a scripted TWS does. Each gets the fields of the message, its number in front. */
export interface Script {
  /** Versions differ in their form; 178 is that of the notes. */
  readonly version?: number;
  /** Absent: lets everybody in. */
  readonly onStart?: (line: Line, clientId: string) => void;
  /** Absent: one contract, whatever is asked for. */
  readonly onDetails?: (line: Line, id: string, fields: readonly string[]) => void;
  /** Absent: everything begins in 1990. */
  readonly onHead?: (line: Line, id: string) => void;
  readonly onHistory?: (line: Line, id: string, fields: readonly string[], nth: number) => void;
}

/** A TWS that says what a test tells it to. */
export interface Tws {
  readonly options: { readonly host: string; readonly port: number; readonly pace_ms: number };
  /** Everything that clients said, as fields. */
  readonly heard: string[][];
  /** How many lines are open. */
  readonly lines: Set<Socket>;
}

/** Bytes of a message: its length and its fields, a zero behind each. */
export function framed(message: Message): Buffer {
  const body = Buffer.from(message.map((field) => `${field}\0`).join(''));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** An error as servers from 166 on send it; number −1 for what is nobody's. */
export const wordOf = (id: string | number, code: number, text: string): Message => [4, 2, id, code, text, ''];

/** Contract details in the form of servers from 164 to 181. */
export function details(id: string, contract: Readonly<Record<string, string | number>> = {}): Message {
  const of = (name: string, otherwise: string | number = ''): string | number => contract[name] ?? otherwise;
  return [
    ...[10, id, of('symbol', 'SPY'), of('secType', 'STK'), of('lastDate'), 0, '', of('exchange', 'SMART')],
    ...[of('currency', 'USD'), of('localSymbol', 'SPY'), 'SPY', of('tradingClass', 'SPY'), of('conId', 756733), 0.01],
    ...[of('multiplier'), 'LMT,MKT', 'SMART,ARCA', of('magnifier', 1), 0, 'A fund', 'ARCA', of('month')],
    ...['', '', '', of('timezone', 'US/Eastern'), '20240701:0930-20240701:1600', '20240701:0930-20240701:1600', '', 0],
    ...[0, 1, '', '', '26', of('lastDate'), 'ETF', 1, 1, 1],
  ];
}

export const endOfDetails = (id: string): Message => [52, 1, id];

/** Rows of history as one message: `date,open,high,low,close,volume` each. */
export function historyOf(id: string, ...rows: readonly string[]): Message {
  const fields = rows.flatMap((row) => [...row.split(','), '100.5', '12']);
  return [17, id, '20240101  00:00:00', '20240701  00:00:00', rows.length, ...fields];
}

/** Starts a scripted TWS; it ends with the test. */
export async function tws(script: Script = {}): Promise<Tws> {
  const heard: string[][] = [];
  const lines = new Set<Socket>();
  let asked = 0;
  const hear = (line: Line, fields: string[]): void => {
    heard.push(fields);
    const [kind = '', first = '', second = ''] = fields;
    if (kind === '71') (script.onStart ?? letIn)(line, second);
    if (kind === '9') {
      if (script.onDetails === undefined) line.say(details(second), endOfDetails(second));
      else script.onDetails(line, second, fields);
    }
    if (kind === '87') {
      if (script.onHead === undefined) line.say([88, first, '631152000']);
      else script.onHead(line, first);
    }
    if (kind === '20') script.onHistory?.(line, first, fields, ++asked);
  };
  const server = createServer((socket) => {
    lines.add(socket);
    socket.on('close', () => lines.delete(socket));
    socket.on('error', () => undefined);
    const line: Line = {
      socket,
      say: (...messages) => socket.write(Buffer.concat(messages.map(framed))),
    };
    let rest = Buffer.alloc(0);
    let isGreeted = false;
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      if (!isGreeted && rest.length >= 8) {
        // API, a zero, and the range of versions behind its length.
        isGreeted = true;
        rest = rest.subarray(8 + rest.readUInt32BE(4));
        line.say([script.version ?? 178, '20240703 06:00:00 Greenwich Mean Time']);
      }
      while (isGreeted && rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
        const end = 4 + rest.readUInt32BE();
        const fields = rest.subarray(4, end).toString().split('\0').slice(0, -1);
        rest = rest.subarray(end);
        hear(line, fields);
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of lines) socket.destroy();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { options: { host: '127.0.0.1', port: address.port, pace_ms: 0 }, heard, lines };
}

/** What TWS says to a client that it lets in. */
export function letIn(line: Line): void {
  line.say([15, 1, 'DU1234567'], [9, 1, 1], wordOf(-1, 2104, 'Market data farm connection is OK:usfarm'));
}
