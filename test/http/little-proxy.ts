import { createServer, request as ask } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { listen } from './kit.ts';
import { certificate, certificateKey } from './test-certificate.ts';

/** A proxy of one test. */
export interface LittleProxy {
  readonly port: number;
  /** What it was asked: `CONNECT host:port` and `GET http://host:port/path`, in order. */
  readonly asked: string[];
  /** The Proxy-Authorization of each question. */
  readonly credentials: (string | undefined)[];
}

/** Opens tunnels and passes plain requests on, all of them to 127.0.0.1 whatever the host; or answers with `refusal`. */
export async function openProxy(refusal?: number): Promise<LittleProxy> {
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    credentials.push(request.headers['proxy-authorization']);
    if (refusal !== undefined) {
      response.writeHead(refusal).end('proxy says no');
      return;
    }
    const { port, pathname, search } = new URL(request.url ?? '');
    const onward = ask({
      port,
      host: '127.0.0.1',
      path: `${pathname}${search}`,
      headers: { host: request.headers.host },
    });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    onward.end();
  });
  server.on('connect', (request, client: Socket) => {
    asked.push(`CONNECT ${request.url ?? ''}`);
    credentials.push(request.headers['proxy-authorization']);
    client.on('error', () => undefined);
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal} No\r\ncontent-length: 13\r\n\r\nproxy says no`);
      return;
    }
    const onward = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
  });
  server.on('connection', (socket) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { port: await listen(server), asked, credentials };
}

/** A provider behind TLS, for localhost, silent at `/mute`; gives its port and what it was asked. */
export async function serveSecurely(): Promise<{ port: number; requests: string[] }> {
  const requests: string[] = [];
  const server = createSecureServer({ key: certificateKey, cert: certificate }, (request, response) => {
    requests.push(request.url ?? '');
    if (request.url !== '/mute') response.end('secure bars');
  });
  onTestFinished(() => {
    server.closeAllConnections();
  });
  return { port: await listen(server), requests };
}
