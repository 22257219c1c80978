import type { IncomingMessage, ServerResponse } from 'node:http';
import { barchart } from '../../src/providers/barchart/index.ts';
import type { FetchedBars } from '../../src/providers/provider.ts';
import { answer, serve } from './loopback.ts';
import type { Loopback } from './loopback.ts';
import { atWork, request, stampsOf } from './session.ts';
import type { Wish } from './session.ts';

/** The closing line of a download. */
export const FOOTER = '"Downloaded from Barchart.com as of 05-05-2026 08:09am CDT"';

export const ACCOUNT = { username: 'demo', password: 'demo' };

const TOKEN = 'XSRF-TOKEN=eyJfirst%3D; path=/';
const PAGE = '<html><head><meta name="csrf-token" content="metaToken12345"></head><body></body></html>';
const LOGIN = '<html><form><input type="hidden" name="_token" value="formToken12345"></form></html>';

function page(response: ServerResponse, status: number, body: string, head: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/html', 'set-cookie': TOKEN, ...head });
  response.end(body);
}

/** Reads the body of a request as form fields. */
export async function formOf(asked: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const part of asked) body += String(part);
  return new URLSearchParams(body);
}

/** Answers as a site does where all is well, up to the download: login, pages, permission. False for the download. */
export function beforeDownload(path: string, response: ServerResponse, asked: IncomingMessage): boolean {
  if (path.endsWith('/login') && asked.method === 'POST') page(response, 302, '', { location: '/home' });
  else if (path.endsWith('/login')) page(response, 200, LOGIN);
  else if (!path.endsWith('/my/download')) page(response, 200, PAGE);
  // The question for permission is a short form, the download a long one.
  else if (Number(asked.headers['content-length']) < 100) answer(response, 200, '{"success":true,"count":"12"}');
  else return false;
  return true;
}

/** A site whose downloads are the given texts, one after the other; the last one stays. */
export async function siteOf(...bodies: readonly string[]): Promise<Loopback & { readonly forms: URLSearchParams[] }> {
  const forms: URLSearchParams[] = [];
  const server = await serve((path, response, asked) => {
    if (beforeDownload(path, response, asked)) return;
    const body = bodies[Math.min(forms.length, bodies.length - 1)] ?? '';
    void formOf(asked).then((form) => {
      forms.push(form);
      answer(response, 200, body, 'text/csv');
    });
  });
  return { ...server, forms };
}

/** What is made of downloads with these lines; the closing line is put at their end. */
export async function madeOf(
  lines: readonly string[],
  wish: Wish,
): Promise<FetchedBars & { readonly stamps: string[] }> {
  const { url } = await siteOf([...lines, FOOTER].join('\n'));
  const fetched = await atWork(barchart, { base_url: url, ...ACCOUNT }, '2026-05-05T12:00:00Z').fetch(request(wish));
  return { ...fetched, stamps: stampsOf(fetched.bars, wish.period) };
}
