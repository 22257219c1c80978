import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { DeliveryFault } from './fault-list.ts';
import type { DrawnFaults } from './faults.ts';

const OUTAGE_PAGE =
  '<!DOCTYPE html><html lang="en-us"><head><title>Yahoo</title></head><body><h1>Will be right back...</h1>' +
  '<p>Thank you for your patience. Our engineers are working quickly to resolve the issue.</p></body></html>';

const HTML = { 'content-type': 'text/html; charset=UTF-8', 'cache-control': 'no-store', server: 'ATS' };

/** What is answered in place of the real answer; undefined for faults that leave its words alone. */
function replacement(fault: DeliveryFault, retryAfter: number | undefined): Answer | undefined {
  const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if (fault === '429') return { status: 429, headers: { ...HTML, ...wait }, body: 'Edge: Too Many Requests' };
  if (fault === '503') return { status: 503, headers: HTML, body: OUTAGE_PAGE };
  if (fault === 'html') return { status: 200, headers: HTML, body: OUTAGE_PAGE };
  if (fault !== '500') return undefined;
  const error = { code: 'Internal Server Error', description: 'An error occurred' };
  const headers = { 'content-type': 'application/json;charset=utf-8', server: 'ATS' };
  return { status: 500, headers, body: JSON.stringify({ chart: { result: null, error } }) };
}

function whole(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  response.end(body);
}

/** Sends the first half of the body and says that it is `length` bytes long. */
function half(response: ServerResponse, answer: Answer, length: 'half' | 'whole', then: (sent: Buffer) => void): void {
  const body = Buffer.from(answer.body);
  const sent = body.subarray(0, Math.floor(body.length / 2));
  const told = length === 'half' ? sent.length : body.length;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': told });
  then(sent);
}

/** Sends an answer, or what the drawn fault makes of it. A stalled one stays open until the client or the server ends it. */
export function deliver(response: ServerResponse, answer: Answer, faults: DrawnFaults): void {
  const { delivery, retryAfter } = faults;
  if (delivery === undefined) {
    whole(response, answer);
    return;
  }
  const instead = replacement(delivery, retryAfter);
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
