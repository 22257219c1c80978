import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { DeliveryFault, SocketFault } from './fault-list.ts';
import type { DrawnFaults } from './faults.ts';
import type { FaultPages } from './stand-in.ts';

/** What is answered in place of the real answer; undefined for faults that leave its words alone. */
function replacement(
  fault: DeliveryFault | SocketFault,
  retryAfter: number | undefined,
  pages: FaultPages,
): Answer | undefined {
  if (fault === '429') return pages.tooMany(retryAfter);
  if (fault === '503') return pages.outage(503);
  if (fault === 'html') return pages.outage(200);
  return fault === '500' ? pages.internalError() : undefined;
}

function headersOf({ headers }: Answer, length: number): Record<string, string | string[]> {
  const sent: Record<string, string | string[]> = { 'content-length': String(length) };
  for (const [name, value] of Object.entries(headers)) sent[name] = typeof value === 'string' ? value : [...value];
  return sent;
}

/** Sends an answer as it is. */
export function whole(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, headersOf(answer, body.length));
  response.end(body);
}

/** Sends the first half of the body and says that it is `length` bytes long. */
function half(response: ServerResponse, answer: Answer, length: 'half' | 'whole', then: (sent: Buffer) => void): void {
  const body = Buffer.from(answer.body);
  const sent = body.subarray(0, Math.floor(body.length / 2));
  const told = length === 'half' ? sent.length : body.length;
  response.writeHead(answer.status, headersOf(answer, told));
  then(sent);
}

/** Sends an answer, or what the drawn fault makes of it. A stalled one stays open until the client or the server ends it. */
export function deliver(response: ServerResponse, answer: Answer, faults: DrawnFaults, pages: FaultPages): void {
  const { delivery, retryAfter } = faults;
  if (delivery === undefined) {
    whole(response, answer);
    return;
  }
  const instead = replacement(delivery, retryAfter, pages);
  if (instead !== undefined) whole(response, instead);
  else if (delivery === 'reset') response.socket?.resetAndDestroy();
  else if (delivery === 'truncate') half(response, answer, 'half', (sent) => response.end(sent));
  else if (delivery === 'hang') half(response, answer, 'whole', (sent) => response.write(sent));
  else if (delivery === 'cut') {
    half(response, answer, 'whole', (sent) => {
      response.write(sent, () => response.socket?.destroy());
    });
  }
}
