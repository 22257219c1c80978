import type { Logger } from 'pino';
import { createHttp } from '../http/axios-client.ts';
import type { Http } from '../http/axios-client.ts';
import { systemClock } from '../http/clock.ts';
import { Redactor } from '../http/redact.ts';
import type { CommandContext } from './context.ts';
import { USER_AGENT } from './user-agent.ts';

/** Consecutive failed tries that open a provider's circuit: three series with all their tries. */
const FAULTS_TO_OPEN = 12;

/** The one client of a command, as the settings want it, and what masks the secrets in its words. */
export function connect(
  context: CommandContext,
  log: Logger,
  onRequest?: (provider: string, ms: number) => void,
): { readonly client: Http; readonly secrets: Redactor } {
  const { http, max_requests: maxRequests } = context.settings;
  const secrets = new Redactor(context.secrets);
  const client = createHttp({
    clock: systemClock,
    timeouts: { connectMs: http.connect_timeout_ms, idleMs: http.idle_timeout_ms, totalMs: http.timeout_ms },
    maxBodyBytes: http.max_body_mb * 1024 * 1024,
    proxy: context.proxy,
    random: Math.random,
    breaker: { faultsToOpen: FAULTS_TO_OPEN },
    log,
    secrets,
    userAgent: USER_AGENT,
    onRequest,
    ...(maxRequests === undefined ? {} : { maxRequests }),
  });
  return { client, secrets };
}
