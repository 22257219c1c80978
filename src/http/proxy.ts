import { isIP } from 'node:net';
import { VortexError } from '../market/errors.ts';

/** The values of HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as the config room found them. */
export interface ProxySettings {
  /** Proxy for http:// addresses; `proxy:3128` means `http://proxy:3128`. */
  readonly httpProxy?: string | undefined;
  /** Proxy for https:// addresses, reached by CONNECT. */
  readonly httpsProxy?: string | undefined;
  /**
   * Hosts that are asked directly, separated by commas or blanks: `example.com` (and everything under it), `.corp`, `*.corp`,
   * `10.0.0.7`, `host:8443`, `*`. Nothing is implied: localhost goes through the proxy unless it is named.
   */
  readonly noProxy?: string | undefined;
}

/** The proxy for an address; undefined: ask directly. */
export type ProxyChoice = (url: URL) => URL | undefined;

/**
 * Reads the settings once.
 * @throws VortexError `config-invalid` when a proxy is not an http:// or https:// address
 */
export function proxyChoice(settings: ProxySettings): ProxyChoice {
  const http = proxyAddress('HTTP_PROXY', settings.httpProxy);
  const https = proxyAddress('HTTPS_PROXY', settings.httpsProxy);
  const exceptions = (settings.noProxy ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return (url) => {
    const proxy = url.protocol === 'https:' ? https : http;
    return proxy === undefined || exceptions.some((entry) => isException(url, entry)) ? undefined : proxy;
  };
}

function proxyAddress(name: string, value: string | undefined): URL | undefined {
  const text = value?.trim() ?? '';
  if (text === '') return undefined;
  const address = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  // The value itself may hold a password, so only its kind is told.
  const found = url === undefined ? 'something else' : `${url.protocol}//…`;
  throw new VortexError(`${name} must be an http:// or https:// address, not ${found}; correct or unset it`, {
    code: 'config-invalid',
    disposition: 'abort-run',
    context: { name },
  });
}

function isException(url: URL, entry: string): boolean {
  if (entry === '*') return true;
  const { name, port } = hostAndPort(entry.toLowerCase());
  if (name === '' || (port !== undefined && port !== portOf(url))) return false;
  const host = bare(url.hostname);
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

/** `host`, `.host`, `host:port`, `[ip6]:port`; an IPv6 address without brackets has no port. */
function hostAndPort(entry: string): { name: string; port: string | undefined } {
  const [, name = entry, port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  return { name: bare(name.replace(/^\*?\./, '')), port };
}

function portOf(url: URL): string {
  if (url.port !== '') return url.port;
  return url.protocol === 'https:' ? '443' : '80';
}

/** A host name without the brackets of IPv6 and the dot of the root. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
