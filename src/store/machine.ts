import { readFileSync, readlinkSync } from 'node:fs';

/** Real time of this machine, milliseconds since the epoch, UTC; for locks and the age of files, never for dates of bars. */
export const realNow = (): number => new Date().getTime();

function readOrEmpty(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

/** Field 22 of /proc/<pid>/stat, which follows the command in parentheses; empty where there is no /proc or no process. */
export function startOf(pid: number): string {
  const stat = readOrEmpty(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** Identity of the kernel's boot; empty where there is no /proc. */
export function bootIdentity(): string {
  return readOrEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
}

/** Identity of the process namespace: a pid means something only inside it. Empty where there is no /proc. */
export function processNamespace(): string {
  return readOrEmpty(() => readlinkSync('/proc/self/ns/pid'));
}
