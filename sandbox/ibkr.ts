import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { usageError } from '../src/market/errors.ts';
import type { Control } from './control.ts';
import { DeskClient } from './ibkr-client.ts';
import { PacingWindows } from './ibkr-pacing.ts';
import { Universe } from './ibkr-universe.ts';
import type { Truth } from './truth.ts';

/** A stand-in for IB Gateway that listens. */
export interface IbkrStandIn {
  readonly port: number;
  /** The environment that points the program at it. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends every line and frees the port. */
  close(): Promise<void>;
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? 'is in use: another program listens there, perhaps a TWS; end it or choose another with --ib-port'
          : `cannot be listened on: ${cause.message}`;
      reject(usageError(`port ${port} ${why}`));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/**
 * Speaks the socket protocol of TWS and IB Gateway from the made-up market.
 * @param port 0 takes any free one
 * @throws VortexError `usage` for a port in use
 */
export async function startIbkrStandIn(
  host: string,
  port: number,
  truth: Truth,
  control: Control,
): Promise<IbkrStandIn> {
  const timers = new Set<NodeJS.Timeout>();
  const desk = {
    truth,
    universe: new Universe(truth),
    control,
    pacing: new PacingWindows(),
    ids: new Set<string>(),
    timers,
  };
  const lines = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    lines.add(socket);
    socket.on('close', () => lines.delete(socket));
    new DeskClient(desk, socket);
  });
  const taken = await listen(server, port, host);
  return {
    port: taken,
    env: { VORTEX_IBKR_HOST: host, VORTEX_IBKR_PORT: String(taken), VORTEX_IBKR_PACE_MS: '0' },
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearTimeout(timer);
        server.close(() => {
          resolve();
        });
        for (const socket of lines) socket.destroy();
      }),
  };
}
