/** Metrics as they are sent to a Pushgateway. */
export interface Push {
  /** PUT: what the group held before is gone; POST: only metrics of the same names are replaced. */
  readonly method: 'PUT' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where and as whom. */
export interface PushTarget {
  /** As it was configured; a grouping key of its own stands in its path. */
  readonly url: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** `1of4` for a part of the series; each part is a group of its own. */
  readonly shard?: string | undefined;
}

/**
 * Address of the group: the configured one where it names a job, else job `vortex`. Neither host nor process is in it, so
 * that a container with a new name each night replaces what the last one said. Pure.
 */
export function groupUrl({ url, shard }: Pick<PushTarget, 'url' | 'shard'>): string {
  const address = new URL(url);
  const path = address.pathname.replace(/\/+$/, '');
  const group = path.includes('/metrics/job') ? path : `${path}/metrics/job/vortex`;
  address.pathname = shard === undefined ? group : `${group}/shard/${encodeURIComponent(shard)}`;
  return address.href;
}

/** The request that tells a Pushgateway. Pure. @param whole the text says everything, the time of the last success too */
export function pushOf(target: PushTarget, text: string, whole: boolean): Push {
  const { username, password } = target;
  const credentials =
    username === undefined && password === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')}` };
  return {
    method: whole ? 'PUT' : 'POST',
    url: groupUrl(target),
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', ...credentials },
    body: text,
  };
}
