import { createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { standIn } from '../support/stand-in.ts';
import type { Going } from './container.ts';
import { docker, dockerText, mountFolder, startImage } from './container.ts';

const NOW = '2024-07-03T06:00:00Z';
const OFTEN = [
  '--health-interval',
  '1s',
  '--health-start-period',
  '0s',
  '--health-retries',
  '1',
  '--health-timeout',
  '3s',
];

const healthOf = ({ name }: Going): Promise<string> =>
  dockerText('inspect', '--format', '{{.State.Health.Status}}', name);

const becomes = (container: Going, health: string): Promise<void> =>
  vi.waitFor(
    async () => {
      expect(await healthOf(container)).toBe(health);
    },
    { timeout: 30_000, interval: 100 },
  );

/** A port of loopback that nobody uses just now. */
function freePort(): Promise<number> {
  return new Promise((settle, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) settle(address.port);
        else fail(new Error('no port'));
      });
    });
  });
}

describe('the health of the container', () => {
  it('is good while a one-off run is at work: its exit code tells how it went', async () => {
    const sandbox = await standIn(NOW, 'yahoo:stall');
    const run = await startImage({
      args: ['download', 'SPY', '--now', NOW],
      data: mountFolder(),
      env: sandbox.env,
      options: OFTEN,
    });
    await becomes(run, 'healthy');
  });

  it.each([
    ['by the settings of the image', ['serve'], {}],
    ['on a port of the environment', ['serve'], { VORTEX_SERVE_PORT: '8124' }],
    ['on an address of its own', ['serve', '--host=127.0.0.2', '--port', '8125'], {}],
  ] as const)('is good when serve answers %s', async (_, args, env) => {
    const service = await startImage({ args, data: mountFolder(), env, options: OFTEN, network: 'none' });
    await becomes(service, 'healthy');
  });

  it('is bad when serve is there and answers no more, and good again when it does', async () => {
    // Behind an init, since the first process of a container cannot be halted.
    const service = await startImage({
      args: ['serve', '--port', '8126'],
      data: mountFolder(),
      options: [...OFTEN, '--init'],
      network: 'none',
    });
    await becomes(service, 'healthy');
    await signalService(service, 'SIGSTOP');
    await becomes(service, 'unhealthy');
    await signalService(service, 'SIGCONT');
    await becomes(service, 'healthy');
  });
});

function signalService({ name }: Going, signal: string): Promise<unknown> {
  const script = `for (const pid of require('node:fs').readdirSync('/proc').filter(Number)) {
    const words = require('node:fs').readFileSync('/proc/' + pid + '/cmdline', 'utf8').split('\\0');
    if (words[1] === '/app/dist/main.js') process.kill(Number(pid), '${signal}');
  }`;
  return dockerText('exec', name, 'node', '-e', script);
}

describe('serve in a container', () => {
  it('answers from outside, and SIGTERM ends it with 0 when nothing was cut', async () => {
    const port = await freePort();
    const service = await startImage({
      args: ['serve', '--port', String(port)],
      data: mountFolder(),
      env: { VORTEX_SERVE_HOST: '127.0.0.1', VORTEX_SERVE_SCHEDULE: '0 6 * * *' },
    });
    await vi.waitFor(
      async () => {
        expect((await fetch(`http://127.0.0.1:${port}/live`)).status).toBe(200);
      },
      { timeout: 20_000, interval: 100 },
    );
    await docker('stop', '--time', '20', service.name);
    expect(await service.ended()).toBe(0);
  });
});
