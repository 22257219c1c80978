import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './answer.ts';
import type { DrawnFaults } from './faults.ts';

/** What a client asked of a stand-in over HTTP. */
export interface StandInRequest {
  readonly method: string;
  /** What stands behind the stand-in's own prefix: /v8/finance/chart/SPY */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Empty but for a POST. */
  readonly body: string;
}

/** What a provider's host answers in place of the real answer. */
export interface FaultPages {
  /** @param retryAfter seconds that it says to wait; absent: it does not say */
  tooMany(retryAfter: number | undefined): Answer;
  internalError(): Answer;
  /** @param status 200 or 503 */
  outage(status: number): Answer;
}

/** One provider's wire protocol, spoken from the made-up market. */
export interface StandIn {
  readonly pages: FaultPages;
  /** The environment that points the program at it. @param url of the stand-in's prefix */
  env(url: string): Readonly<Record<string, string>>;
  /** @param now milliseconds since the epoch, UTC */
  answer(request: StandInRequest, now: number, faults: DrawnFaults): Answer;
  /** What it counts beside requests, for the control page. @param now milliseconds since the epoch, UTC */
  counts?(now: number): Readonly<Record<string, number>>;
}
