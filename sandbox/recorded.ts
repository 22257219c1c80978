import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../src/market/errors.ts';
import type { Answer } from './answer.ts';
import { CHART_PATH, notFound, unknownPath } from './yahoo-answers.ts';

/** A recorded answer and what it answers. */
interface Recording {
  readonly symbol: string;
  readonly interval: string;
  readonly key: string;
  /** Seconds since the epoch; NaN when the request named a range instead. */
  readonly from: number;
  readonly to: number;
  readonly answer: Answer;
}

/** Recorded exchanges that can be asked for again. */
export interface Recordings {
  readonly count: number;
  /** Answers a request for a chart from what was recorded; Yahoo's 404 where nothing fits. */
  answer(path: string, query: URLSearchParams): Answer;
}

/** Say nothing about which bars are wanted. */
const HARMLESS = new Set([
  'lang',
  'region',
  'useYfid',
  'corsDomain',
  'formatted',
  'includeAdjustedClose',
  'includePrePost',
  'events',
  'crumb',
]);

/** True of the body as it was sent then, or of that connection, not of this one. */
const OUTDATED = new Set([
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'date',
  'connection',
  'keep-alive',
  'age',
]);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function intervalOf(query: URLSearchParams): string {
  const interval = query.get('interval') ?? '1d';
  return interval === '60m' ? '1h' : interval;
}

/** What a request asks for, whatever the order and the harmless parameters. */
function keyOf(symbol: string, query: URLSearchParams): string {
  const telling = [...query].filter(([name]) => !HARMLESS.has(name) && name !== 'interval');
  const pairs = telling.map(([name, value]) => `${name}=${value}`).sort();
  return [symbol, intervalOf(query), ...pairs].join('&');
}

function seconds(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  return text === null ? Number.NaN : Number(text);
}

function headersOf(recorded: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(isRecord(recorded) ? recorded : {})) {
    const text: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof text === 'string' && !OUTDATED.has(name.toLowerCase())) headers[name.toLowerCase()] = text;
  }
  return headers;
}

/** One exchange `{request:{url},response:{status,headers,bodyJson or body}}`; undefined for another kind of file. */
function readRecording(file: string): Recording | undefined {
  const exchange: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isRecord(exchange) || !isRecord(exchange['request']) || !isRecord(exchange['response'])) return undefined;
  const { url: address } = exchange['request'];
  const { status, headers, bodyJson, body } = exchange['response'];
  if (typeof address !== 'string' || typeof status !== 'number' || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  const symbol = CHART_PATH.exec(url.pathname)?.[1];
  if (symbol === undefined) return undefined;
  const text = bodyJson === undefined ? body : JSON.stringify(bodyJson);
  const name = decodeURIComponent(symbol).toUpperCase();
  return {
    symbol: name,
    interval: intervalOf(url.searchParams),
    key: keyOf(name, url.searchParams),
    from: seconds(url.searchParams, 'period1'),
    to: seconds(url.searchParams, 'period2'),
    answer: { status, headers: headersOf(headers), body: typeof text === 'string' ? text : '' },
  };
}

function jsonFiles(folder: string): string[] {
  const found: string[] = [];
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) found.push(...jsonFiles(path));
    else if (name.endsWith('.json')) found.push(path);
  }
  return found;
}

function load(folder: string): Recording[] {
  let files: string[];
  try {
    files = jsonFiles(folder);
  } catch (cause) {
    throw usageError(
      `cannot read the recordings in ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
  return files.flatMap((file) => {
    try {
      return readRecording(file) ?? [];
    } catch {
      throw usageError(`${file} is no JSON; recordings are {"request":{"url":…},"response":{"status":…,"bodyJson":…}}`);
    }
  });
}

/** How many seconds of the asked range a recording holds; negative when it holds none and may not stand for it. */
function covered(recording: Recording, from: number, to: number): number {
  const seconds = Math.min(to, recording.to) - Math.max(from, recording.from);
  const whole = recording.from <= from && recording.to >= to;
  // An error tells about its own range only.
  return recording.answer.status === 200 || whole ? seconds : -1;
}

/**
 * Reads the recorded chart exchanges of a folder and the folders in it.
 * @throws VortexError `usage` for a folder that cannot be read or holds none
 */
export function loadRecordings(folder: string): Recordings {
  const recordings = load(folder);
  if (recordings.length === 0) throw usageError(`no recorded chart exchange is in ${folder}`);
  const exact = new Map(recordings.map((recording) => [recording.key, recording]));

  function nearestTo(symbol: string, query: URLSearchParams): Recording | undefined {
    const interval = intervalOf(query);
    const candidates = recordings.filter((one) => one.symbol === symbol && one.interval === interval);
    const [from, to] = [seconds(query, 'period1'), seconds(query, 'period2')];
    // A range counts from a now that is long past: the longest recording stands for it.
    const ranged = Number.isNaN(from) || Number.isNaN(to);
    const rated = candidates
      .map((recording) => ({
        recording,
        worth: ranged ? recording.to - recording.from : covered(recording, from, to),
      }))
      .filter(({ worth, recording }) => worth > 0 || (ranged && recording.answer.status === 200))
      .sort((a, b) => b.worth - a.worth);
    return rated[0]?.recording;
  }

  return {
    count: recordings.length,
    answer: (path, query) => {
      const asked = CHART_PATH.exec(path)?.[1];
      if (asked === undefined) return unknownPath();
      const symbol = decodeURIComponent(asked).toUpperCase();
      return (exact.get(keyOf(symbol, query)) ?? nearestTo(symbol, query))?.answer ?? notFound();
    },
  };
}
