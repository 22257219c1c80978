import { VortexError } from '../market/errors.ts';
import { Agents } from './agents.ts';
import { describeFault } from './faults.ts';
import { explainFailure } from './exchange.ts';
import { loadAxios } from './load-axios.ts';
import { proxyChoice } from './proxy.ts';
import type { ProxySettings } from './proxy.ts';
import type { Redactor } from './redact.ts';
import { Watch } from './watch.ts';

/** One message to a program that is no provider, or a knock at a provider's door. */
export interface Notice {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Delivers notices: one try each, no pace, no breaker, no cap, no count. Goes by the proxy of the settings. */
export class Messenger {
  readonly #agents: Agents;
  readonly #secrets: Redactor;
  readonly #userAgent: string;

  /** @throws VortexError `config-invalid` when a proxy's address is none */
  constructor(proxy: ProxySettings, secrets: Redactor, userAgent: string) {
    this.#agents = new Agents(proxyChoice(proxy));
    this.#secrets = secrets;
    this.#userAgent = userAgent;
  }

  /**
   * Sends a notice and waits for the status; the body of the answer is not read.
   * @param limitMs longest time for the whole of it
   * @throws VortexError `network`, `timeout`, `interrupted`; its message is free of secrets
   */
  async deliver(notice: Notice, limitMs: number, signal: AbortSignal = new AbortController().signal): Promise<number> {
    const url = new URL(notice.url);
    const shown = this.#secrets.url(url.href);
    const [axios, way] = await Promise.all([loadAxios(), this.#agents.for(url)]);
    const timeouts = { connectMs: limitMs, idleMs: limitMs, totalMs: limitMs };
    const watch = new Watch(url, way.proxy !== undefined, undefined, timeouts, signal);
    try {
      const { status, data } = await axios.request<{ destroy(): void }>({
        url: url.href,
        method: notice.method,
        headers: { 'user-agent': this.#userAgent, ...notice.headers },
        data: notice.body,
        httpAgent: way.agent,
        httpsAgent: way.agent,
        transport: watch,
      });
      data.destroy();
      return status;
    } catch (error) {
      const { fault, detail } = explainFailure(error, watch);
      if (fault === 'interrupted') {
        throw new VortexError(`interrupted while asking ${shown}`, { code: 'interrupted', disposition: 'abort-run' });
      }
      const said = describeFault({ kind: fault, detail: this.#secrets.text(detail), timeouts }, shown);
      const code = fault.endsWith('-timeout') ? 'timeout' : 'network';
      throw new VortexError(said, { code, disposition: 'skip-series' });
    } finally {
      watch.close();
    }
  }

  /** Closes what is open. */
  close(): Promise<void> {
    return this.#agents.close();
  }
}
