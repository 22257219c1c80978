import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { framed } from './tws.ts';

/** A client of the socket protocol that knows nothing but frames. */
export interface RawClient {
  /** Everything that came so far, as fields. */
  readonly heard: string[][];
  send(...fields: readonly (string | number)[]): void;
  sendBytes(bytes: Buffer): void;
  /** The first message for which it holds, when it comes; undefined when the line ends before. */
  next(wanted: (fields: string[]) => boolean): Promise<string[] | undefined>;
  readonly ended: Promise<void>;
}

const GREETING = Buffer.concat([Buffer.from('API\0'), Buffer.from([0, 0, 0, 9]), Buffer.from('v100..193')]);

/** Connects and greets. @param greeting in as many pieces as it has */
export async function rawClient(port: number, greeting: readonly Buffer[] = [GREETING]): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => undefined);
  const heard: string[][] = [];
  let wake: (() => void)[] = [];
  let isOver = false;
  const stir = (): void => {
    for (const look of wake.splice(0)) look();
  };
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
      const end = 4 + rest.readUInt32BE();
      heard.push(rest.subarray(4, end).toString().split('\0').slice(0, -1));
      rest = rest.subarray(end);
    }
    stir();
  });
  const ended = new Promise<void>((resolve) => {
    socket.on('close', () => {
      isOver = true;
      stir();
      resolve();
    });
  });
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
  });
  for (const piece of greeting) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return {
    heard,
    send: (...fields) => socket.write(framed(fields)),
    sendBytes: (bytes) => socket.write(bytes),
    next: async (wanted) => {
      for (;;) {
        const found = heard.find(wanted);
        if (found !== undefined || isOver) return found;
        await new Promise<void>((resolve) => {
          wake = [...wake, resolve];
        });
      }
    },
    ended,
  };
}

/** The greeting of a client that speaks other versions. */
export function greetingOf(versions: string): Buffer {
  return Buffer.concat([Buffer.from('API\0'), Buffer.from([0, 0, 0, versions.length]), Buffer.from(versions)]);
}
