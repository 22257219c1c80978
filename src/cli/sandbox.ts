import { catalogue, codeOfMarket } from '../market/catalogue.ts';
import { usageError } from '../market/errors.ts';

import type { FuturesRoot } from '../../sandbox/futures-list.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { aborted } from './aborted.ts';
import { readNow } from './context.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { writeJson } from './output.ts';

interface SandboxFlags extends CommonFlags {
  readonly port: string;
  readonly ibPort?: string;
  readonly seed?: string;
  readonly faults?: string;
  readonly recorded?: string;
}

/** Where the stand-ins listen when nobody says otherwise. */
const SANDBOX_PORT = '8620';
const IB_PORT = '14002';

function readWholeNumber(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw usageError(`flag ${flag}: ${text} is no whole number from 0 to ${most}`);
  }
  return value;
}

/** The futures markets that the sandbox makes prices for: those that Yahoo has a root of. */
function sandboxFutures(): FuturesRoot[] {
  return [...catalogue().values()].flatMap((market) => {
    const { id, yahooRoot, yahooSuffix = '', cycle, timezone, exchange } = market;
    if (yahooRoot === undefined) return [];
    return [{ id, code: codeOfMarket(market), root: yahooRoot, suffix: yahooSuffix, cycle, timezone, exchange }];
  });
}

/** A sandbox for this process alone, on any free port. */
export async function embeddedSandbox(now: number): Promise<Sandbox> {
  const { startSandbox } = await import('../../sandbox/server.ts');
  return startSandbox({ port: 0, now: () => now, futures: sandboxFutures() });
}

/** `vortex sandbox`: serves until it is stopped. */
export async function sandbox(flags: SandboxFlags, { output, signal }: Surroundings): Promise<number> {
  if (flags.faults === 'help') {
    output.out((await import('../../sandbox/fault-words.ts')).faultHelp());
    return 0;
  }
  const fixed = flags.now === undefined ? undefined : readNow(flags.now);
  const { startSandbox } = await import('../../sandbox/server.ts');
  const server = await startSandbox({
    port: readWholeNumber('--port', flags.port, 65_535),
    // Who moves the one out of the way of another sandbox would run into that one's other port.
    ibPort: readWholeNumber('--ib-port', flags.ibPort ?? (flags.port === SANDBOX_PORT ? IB_PORT : '0'), 65_535),
    ...(flags.seed === undefined ? {} : { seed: readWholeNumber('--seed', flags.seed, 2 ** 32 - 1) }),
    ...(flags.faults === undefined ? {} : { faults: flags.faults }),
    ...(flags.recorded === undefined ? {} : { recorded: flags.recorded }),
    now: () => fixed ?? new Date().getTime(),
    futures: sandboxFutures(),
  });
  if (flags.json) writeJson(output, { env: server.env });
  else {
    for (const [name, value] of Object.entries(server.env)) output.out(`export ${name}=${value}\n`);
    output.err(
      `sandbox listens on ${server.url}, as TWS on port ${server.env['VORTEX_IBKR_PORT'] ?? 'none'}; the prices are made up; stop it with Ctrl-C\n`,
    );
  }
  await aborted(signal);
  await server.close();
  return 0;
}
