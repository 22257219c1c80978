import { connect } from 'node:net';
import { VortexError } from '../market/errors.ts';

/** Opens a connection and closes it again. @throws VortexError `network` when there is none within the limit */
export function knock(host: string, port: number, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (said: string): void => {
      socket.destroy();
      reject(new VortexError(`${host} port ${port}: ${said}`, { code: 'network', disposition: 'skip-series' }));
    };
    const socket = connect({ host, port, timeout: limitMs });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => {
      fail(`no connection within ${limitMs / 1000} s`);
    });
    socket.once('error', (error: Error & { code?: string }) => {
      fail(error.code ?? error.message);
    });
  });
}
