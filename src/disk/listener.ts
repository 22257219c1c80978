import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';

function read<Result>(look: () => Result, otherwise: Result): Result {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

/** Inodes of the sockets that listen on a port, by the tables of the kernel. */
function socketsOn(port: number): Set<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    read(() => readFileSync(table, 'latin1'), '').split('\n'),
  );
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return new Set(
    fields.flatMap(([, local = '', , state, , , , , , inode = '']) =>
      state === LISTENING && local.endsWith(suffix) ? [`socket:[${inode}]`] : [],
    ),
  );
}

/**
 * Who listens on a TCP port of this machine, as `name (pid 123)`; undefined where that cannot be told: no /proc, or a process of
 * another user. The command line is not told, since it may hold secrets.
 */
export function listenerOn(port: number): string | undefined {
  const sockets = socketsOn(port);
  if (sockets.size === 0) return undefined;
  for (const pid of read(() => readdirSync('/proc'), []).filter((name) => /^\d+$/.test(name))) {
    const descriptors = read(() => readdirSync(`/proc/${pid}/fd`), []);
    const holds = descriptors.some((fd) => sockets.has(read(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '')));
    if (holds) return `${read(() => readFileSync(`/proc/${pid}/comm`, 'utf8'), 'a program').trim()} (pid ${pid})`;
  }
  return undefined;
}
