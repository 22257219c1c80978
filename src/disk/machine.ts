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

/**
 * Field 22 of /proc/<pid>/stat, which follows the command in parentheses; empty where there is no /proc or no process, or
 * when the process is dead and only its parent has not taken notice of it (a zombie).
 */
export function startOf(pid: number): string {
  const stat = readOrEmpty(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
}

/** Identity of the kernel's boot; empty where there is no /proc. */
export function bootIdentity(): string {
  return readOrEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
}

/** Identity of the process namespace: a pid means something only inside it. Empty where there is no /proc. */
export function processNamespace(): string {
  return readOrEmpty(() => readlinkSync('/proc/self/ns/pid'));
}
