import { serve, type Loopback } from '../support/loopback.ts';

/** A server that gives these statuses in turn and then 200 for ever. */
export function statuses(...list: readonly (number | [number, Record<string, string>])[]): Promise<Loopback> {
  let request = 0;
  return serve((_, response) => {
    const next = list[request] ?? 200;
    request += 1;
    const [status, headers] = typeof next === 'number' ? [next, {}] : next;
    response.writeHead(status, headers).end(status === 200 ? 'bars' : 'Edge: Too Many Requests');
  });
}
