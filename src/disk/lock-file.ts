import { closeSync, openSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';
import { VortexError } from '../market/errors.ts';
import { codeOf, readWhole, storeError } from './files.ts';
import { bootIdentity, processNamespace, realNow, startOf } from './machine.ts';

/** How often a living holder says that it lives. */
const HEARTBEAT_MS = 10_000;
/** After so long a silence a holder elsewhere counts as dead. */
const SILENCE_MS = 60_000;

const holder = z.object({
  host: z.string(),
  /** Identity of the kernel's boot and of the process namespace: a pid means something only inside both. */
  boot: z.string(),
  pid: z.number(),
  /** Start time of the process in clock ticks since boot, so that a reused pid is told apart. */
  started: z.string(),
  run: z.string(),
  since: z.string(),
  /** The shard that the holder is (`1/3`); absent: a run on its own. */
  shard: z.string().optional(),
});

/** Who holds a lock, as the file says. */
export type Holder = z.infer<typeof holder>;

const bootAndNamespace = (): string => `${bootIdentity()} ${processNamespace()}`.trim();

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return codeOf(error) === 'EPERM';
  }
}

/** Whether the holder of a lock is gone: at once for a process of this machine, after a silence for one elsewhere. */
function isDead(path: string, held: Holder | undefined): boolean {
  if (held !== undefined && held.host === hostname() && held.boot === bootAndNamespace() && held.boot !== '') {
    return !isAlive(held.pid) || (held.started !== '' && startOf(held.pid) !== held.started);
  }
  const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return touched !== undefined && Math.abs(realNow() - touched) > SILENCE_MS;
}

function parseHolder(content: Buffer | undefined): Holder | undefined {
  try {
    return holder.parse(JSON.parse(content?.toString('utf8') ?? ''));
  } catch {
    return undefined;
  }
}

function createOnly(path: string, text: string): boolean {
  try {
    const fd = openSync(path, 'wx', 0o644);
    try {
      writeSync(fd, text);
    } finally {
      closeSync(fd);
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw storeError(error, path);
  }
}

/**
 * Removes the lock of a dead holder; only one process at a time looks and removes. The mark of one that died meanwhile is
 * cleared in the same call.
 * @param text who takes over, as a lock's file says it
 */
function takeOver(path: string, text: string): boolean {
  const turn = `${path}.takeover`;
  if (!createOnly(turn, text)) {
    if (!isDead(turn, parseHolder(readWhole(turn)))) return false;
    rmSync(turn, { force: true });
    if (!createOnly(turn, text)) return false;
  }
  try {
    if (!isDead(path, parseHolder(readWhole(path)))) return false;
    rmSync(path, { force: true });
    return true;
  } finally {
    rmSync(turn, { force: true });
  }
}

/** A lock that is held. */
export interface Grip {
  /** It was the lock of a process that had died. */
  readonly tookOver: boolean;
  release(): void;
}

/** Says of a holder that it lives, until it is told to stop. */
function heartbeatOf(path: string): NodeJS.Timeout {
  const heartbeat = setInterval(() => {
    const now = new Date(realNow());
    try {
      utimesSync(path, now, now);
    } catch {
      // The next write to the folder tells what is wrong with it.
      clearInterval(heartbeat);
    }
  }, HEARTBEAT_MS);
  return heartbeat.unref();
}

/**
 * Takes a lock that nobody holds, or whose holder is dead.
 * @param shard that the holder is, `1/3`; absent: a run on its own
 * @returns the lock, or who has it as far as its file tells
 * @throws VortexError `folder-unusable`
 */
export function tryLock(path: string, run: string, shard?: string): Grip | { readonly held: Holder | undefined } {
  const text = `${JSON.stringify({
    host: hostname(),
    boot: bootAndNamespace(),
    pid: process.pid,
    started: startOf(process.pid),
    run,
    since: new Date(realNow()).toISOString(),
    ...(shard === undefined ? {} : { shard }),
  } satisfies Holder)}\n`;
  let tookOver = false;
  if (!createOnly(path, text)) {
    const held = parseHolder(readWhole(path));
    if (!isDead(path, held) || !takeOver(path, text) || !createOnly(path, text)) return { held };
    tookOver = true;
  }
  const heartbeat = heartbeatOf(path);
  return {
    tookOver,
    release: () => {
      clearInterval(heartbeat);
      try {
        if (readWhole(path)?.toString('utf8') === text) rmSync(path, { force: true });
      } catch {
        // The lock of a process that has ended is nobody's: the next run takes it over.
      }
    },
  };
}

/** The holder of a lock, and whether it is dead. */
export function lookAt(path: string): { readonly held: Holder | undefined; readonly isDead: boolean } {
  const held = parseHolder(readWhole(path));
  return { held, isDead: isDead(path, held) };
}

/** What is said to a run that has to wait for another one. */
export function busy(root: string, held: Holder | undefined): VortexError {
  const of = held?.shard === undefined ? '' : `shard ${held.shard}, `;
  const who =
    held === undefined ? 'another run' : `${of}run ${held.run} (pid ${held.pid} on ${held.host}, since ${held.since})`;
  return new VortexError(`${who} is working on ${root}; wait for it to end, or stop it`, {
    code: 'folder-locked',
    disposition: 'abort-run',
    context: { root },
  });
}
