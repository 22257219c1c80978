import http, { type Agent } from 'node:http';
import https from 'node:https';
import type { ProxyChoice } from './proxy.ts';

/** A keep-alive pool for one kind of address, and whether a proxy stands between. */
export interface Way {
  readonly agent: Agent;
  /** The proxy's host and port; undefined: asked directly. */
  readonly proxy: string | undefined;
}

/**
 * Most sockets to one host; more requests than this wait for a free one. The keep-alive probe delay is the one that axios
 * sets too, or each request would set it twice.
 */
const poolOptions = { keepAlive: true, keepAliveMsecs: 60_000, maxSockets: 64 };

/** The keep-alive pools: direct ones and one per proxy and protocol. */
export class Agents {
  readonly #choice: ProxyChoice;
  readonly #ways = new Map<string, Promise<Way>>();
  readonly #direct: { readonly http: Way; readonly https: Way };

  constructor(choice: ProxyChoice) {
    this.#choice = choice;
    this.#direct = {
      http: { agent: new http.Agent(poolOptions), proxy: undefined },
      https: { agent: new https.Agent(poolOptions), proxy: undefined },
    };
  }

  /** The pool for an address. The proxy libraries are loaded by the first address that needs one. */
  for(url: URL): Way | Promise<Way> {
    const proxy = this.#choice(url);
    const isSecure = url.protocol === 'https:';
    if (proxy === undefined) return isSecure ? this.#direct.https : this.#direct.http;
    const key = `${url.protocol}${proxy.href}`;
    let way = this.#ways.get(key);
    if (way === undefined) {
      way = openProxyPool(proxy, isSecure).then((agent) => ({ agent, proxy: proxy.host }));
      this.#ways.set(key, way);
    }
    return way;
  }

  /** Closes every kept connection. */
  async close(): Promise<void> {
    this.#direct.http.agent.destroy();
    this.#direct.https.agent.destroy();
    for (const way of this.#ways.values()) (await way).agent.destroy();
    this.#ways.clear();
  }
}

async function openProxyPool(proxy: URL, isSecure: boolean): Promise<Agent> {
  if (isSecure) {
    const { HttpsProxyAgent } = await import('https-proxy-agent');
    return new HttpsProxyAgent(proxy, poolOptions);
  }
  const { HttpProxyAgent } = await import('http-proxy-agent');
  return new HttpProxyAgent(proxy, poolOptions);
}
