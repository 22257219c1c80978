import type { Http } from '../http/axios-client.ts';
import type { HttpClient, HttpResponse } from '../http/http-client.ts';
import { systemClock } from '../http/clock.ts';
import { usageError, VortexError } from '../market/errors.ts';
import { nearest } from '../market/nearest.ts';
import type { Provider } from '../providers/provider.ts';
import { PROVIDERS } from '../providers/registry.ts';
import type { CommandContext } from './context.ts';
import { paceOf } from './pace.ts';

/** Longer than the slowest sign-in that ends well, with all tries and the pace; shorter than a person's patience. */
const LONGEST_MS = 60_000;

/** The providers of some ids, each once. @throws VortexError `usage` that names a near one */
export function providersNamed(ids: readonly string[]): Provider[] {
  return [...new Set(ids)].map((id) => {
    const provider = PROVIDERS.find((entry) => entry.id === id);
    if (provider !== undefined) return provider;
    const known = PROVIDERS.map((entry) => entry.id);
    const [near] = nearest(id, known, 1);
    const hint = near === undefined ? '' : ` (perhaps ${near})`;
    throw usageError(`no such provider: ${id}${hint}; there are ${known.join(', ')}`);
  });
}

const listening = (http: HttpClient, heard: (response: HttpResponse) => void): HttpClient => ({
  send: async (request, signal) => {
    const response = await http.send(request, signal);
    heard(response);
    return response;
  },
  keepSecret: (text) => {
    http.keepSecret(text);
  },
});

/**
 * Signs in, or makes the cheapest request there is, and answers in bounded time whatever the other side does.
 * Spends no allowance.
 * @param heard is told of every answer
 * @returns who answered, in words
 * @throws VortexError
 */
export async function askAccess(
  provider: Provider,
  context: CommandContext,
  http: Http,
  stop: AbortSignal,
  heard: (response: HttpResponse) => void = () => undefined,
): Promise<string> {
  const { id } = provider;
  const session = provider.create(context.settings.providers[id] ?? {}, {
    http: listening(http.forProvider(id, { paceMs: paceOf(context, provider) }), heard),
    clock: systemClock,
    count: () => http.count(id),
    now: () => context.now,
  });
  const late = AbortSignal.timeout(LONGEST_MS);
  try {
    if (session.checkAccess === undefined) {
      throw new VortexError(`${id} cannot be checked without a download`, {
        code: 'not-servable',
        disposition: 'skip-series',
      });
    }
    return await session.checkAccess(AbortSignal.any([stop, late]));
  } catch (cause) {
    if (!late.aborted || stop.aborted) throw cause;
    throw new VortexError(`${id} gave no answer within ${LONGEST_MS / 1000} s`, {
      code: 'timeout',
      disposition: 'stop-provider',
      cause,
    });
  } finally {
    await session.close?.();
  }
}
