/** Metrics as they are sent to a Pushgateway. */
export interface Push {
  /** PUT: what the group held before is gone; POST: only metrics of the same names are replaced; DELETE: the group goes. */
  readonly method: 'PUT' | 'POST' | 'DELETE';
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
  /** Name of the machine, for a group that names no instance by itself; absent in a container, which has a new name each time. */
  readonly host?: string | undefined;
  /** What pushes beside the runs, such as `backup`, and must not replace what they said. */
  readonly component?: string | undefined;
  /** `1of4` for a part of the series; each part is a group of its own. */
  readonly shard?: string | undefined;
}

/**
 * Address of the group: the configured one where it names a job, else job `vortex` on this machine, so that two machines do
 * not replace what the other said. A container has a new name each night: its group holds no host, and its address should
 * name a namespace. Pure.
 */
export function groupUrl({ url, host, component, shard }: Omit<PushTarget, 'username' | 'password'>): string {
  const address = new URL(url);
  const path = address.pathname.replace(/\/+$/, '');
  const isNamed = path.includes('/metrics/job');
  const labels = { instance: isNamed ? undefined : host, component, shard };
  address.pathname = Object.entries(labels).reduce(
    (group, [label, value]) => (value === undefined ? group : `${group}/${label}/${encodeURIComponent(value)}`),
    isNamed ? path : `${path}/metrics/job/vortex`,
  );
  return address.href;
}

/**
 * The request that tells a Pushgateway how a shard ended. A shard that went well leaves no group: nothing would ever bring it
 * up to date, and its last success would grow old. One that failed stays until it is run again and goes well. Pure.
 */
export function shardPush(target: PushTarget, text: string, isGood: boolean): Push {
  return isGood ? { ...pushOf(target, '', true), method: 'DELETE' } : pushOf(target, text, true);
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
