import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

/** A tiny server of one test. */
export interface Loopback {
  /** http://127.0.0.1:43210 */
  readonly url: string;
  /** Path and query of every request, in order. */
  readonly requests: string[];
  /** Headers of every request, in order. */
  readonly headers: IncomingMessage['headers'][];
  /** How many connections are open. */
  connections(): Promise<number>;
}

type Handler = (path: string, response: ServerResponse, request: IncomingMessage) => void;

/** Serves on any free port until the test is over. */
export async function serve(handler: Handler): Promise<Loopback> {
  const requests: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    headers.push(request.headers);
    handler(request.url ?? '', response, request);
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
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    headers,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => {
          if (error === null) resolve(count);
          else reject(error);
        });
      }),
  };
}

/** Answers with a body. */
export function answer(response: ServerResponse, status: number, body: string, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
