import { VortexError } from '../market/errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './http-client.ts';
import type { Exchange } from './recorder.ts';

/** The last part of an address's path: it stays the same at another host and below another prefix. */
function lastPart(url: string): string {
  const path = url.replace(/[?#].*$/, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Answers from what was recorded, without a network. */
export class ReplayClient implements HttpClient {
  #waiting: Exchange[] = [];

  keepSecret(): void {
    // What was archived holds none.
  }

  /** Puts the exchanges of the next request for bars in place of the last one's. */
  load(exchanges: readonly Exchange[]): void {
    this.#waiting = [...exchanges];
  }

  /**
   * Gives the next answer to a like question: the same method and the same end of the path, in the order in which they came.
   * @throws VortexError `file-corrupt` when there is none, and what the request's own check says
   */
  send(request: HttpRequest): Promise<HttpResponse> {
    const { method = 'GET', url } = request;
    const asked = typeof url === 'string' ? url : (url[0] ?? '');
    const place = this.#waiting.findIndex((each) => each.method === method && lastPart(each.url) === lastPart(asked));
    const [found] = place < 0 ? [] : this.#waiting.splice(place, 1);
    if (found === undefined) {
      return Promise.reject(
        new VortexError(`no archived answer to ${method} …/${lastPart(asked)}`, {
          code: 'file-corrupt',
          disposition: 'skip-series',
        }),
      );
    }
    const { status, headers, body, requestedAt } = found;
    const response = { status, headers, body, requestedAt, url: found.url };
    const refusal = request.check?.(response);
    return refusal === undefined ? Promise.resolve(response) : Promise.reject(refusal);
  }
}
