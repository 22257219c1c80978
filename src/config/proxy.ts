import type { Environment } from './process-environment.ts';

/** The proxies that the environment names; http reads them from here. */
export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  /** Comma list of hosts asked without a proxy. */
  readonly noProxy?: string;
}

/** HTTP_PROXY, HTTPS_PROXY and NO_PROXY; small letters come first where both are set, as with curl. */
export function readProxy(env: Environment): ProxySettings {
  const read = (name: string): string | undefined => [env[name.toLowerCase()], env[name]].find((value) => value);
  const httpProxy = read('HTTP_PROXY');
  const httpsProxy = read('HTTPS_PROXY');
  const noProxy = read('NO_PROXY');
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
}

/** `user:password` of `scheme://user:password@host`; the scheme may be missing from a proxy's address. */
const CREDENTIALS = /(^|\/)([^\s/:@?#"]*):([^\s/?#"]+)@/;

/** What stands for a secret where people see it. */
export const MASK = '********';

/** The text with the password of a URL masked. */
export function maskPasswords(text: string): string {
  return text.replace(CREDENTIALS, `$1$2:${MASK}@`);
}

/** The password within a URL, as written and decoded. */
export function passwordsIn(url: string): string[] {
  const written = CREDENTIALS.exec(url)?.[3];
  if (written === undefined) return [];
  try {
    return [...new Set([written, decodeURIComponent(written)])];
  } catch {
    return [written];
  }
}
