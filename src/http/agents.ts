import http, { type Agent, type ClientRequest } from 'node:http';
import https from 'node:https';
import type { Socket, TcpNetConnectOpts } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { ProxyChoice } from './proxy.ts';
import { endOf } from './watch.ts';

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
const POOL_OPTIONS = { keepAlive: true, keepAliveMsecs: 60_000, maxSockets: 64 };

/** The keep-alive pools: direct ones and one per proxy and protocol. */
export class Agents {
  readonly #choice: ProxyChoice;
  readonly #ways = new Map<string, Promise<Way>>();
  readonly #direct: { readonly http: Way; readonly https: Way };

  constructor(choice: ProxyChoice) {
    this.#choice = choice;
    this.#direct = {
      http: { agent: new http.Agent(POOL_OPTIONS), proxy: undefined },
      https: { agent: new https.Agent(POOL_OPTIONS), proxy: undefined },
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
    return endable(new HttpsProxyAgent(proxy, POOL_OPTIONS));
  }
  const { HttpProxyAgent } = await import('http-proxy-agent');
  return endable(new HttpProxyAgent(proxy, POOL_OPTIONS));
}

interface ProxyPool<Request, Options> extends Agent {
  connectOpts: TcpNetConnectOpts & ConnectionOptions;
  connect(request: Request, options: Options): Promise<Socket>;
}

/**
 * Ends the connection that is being made for a request together with the request. Without that, a request that was ended
 * waits for as long as the proxy keeps silent, since it has no socket yet.
 */
function endable<Request extends ClientRequest, Options>(pool: ProxyPool<Request, Options>): Agent {
  const connect = pool.connect.bind(pool);
  pool.connect = (request, options) => {
    const { connectOpts } = pool;
    const signal = endOf(request);
    // Read by `connect` before it first waits.
    if (signal !== undefined) pool.connectOpts = { ...connectOpts, signal };
    try {
      return connect(request, options);
    } finally {
      pool.connectOpts = connectOpts;
    }
  };
  return pool;
}
