import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { spawn } from 'node:child_process';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { standIn } from '../support/stand-in.ts';
import { lacks } from '../support/system.ts';

const RULES = resolve(import.meta.dirname, '../../deploy/monitoring/rules.yml');
const NOW = '2024-07-03T06:00:00Z';
const PATIENCE = { timeout: 30_000, interval: 200 };

const alerts = z.object({
  data: z.object({ alerts: z.array(z.object({ labels: z.record(z.string(), z.string()), state: z.string() })) }),
});

const freePort = (): Promise<number> =>
  new Promise((settle) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        settle(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });

/** A program of the system that listens; ended with the test. */
async function daemon(command: string, args: readonly string[], url: string, cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: 'ignore' });
  const ended = new Promise((settle) => child.once('close', settle));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await vi.waitFor(async () => {
    expect((await fetch(`${url}/-/ready`)).status).toBe(200);
  }, PATIENCE);
}

it.skipIf(lacks('prometheus') || lacks('prometheus-pushgateway'))(
  'a run that is pushed, scraped and judged: "no success" is pending while runs fail, and is gone after one that succeeds (needs prometheus and prometheus-pushgateway)',
  async () => {
    const cwd = temporaryFolder();
    const [push, judge] = [await freePort(), await freePort()];
    const gateway = `http://127.0.0.1:${push}`;
    const prometheus = `http://127.0.0.1:${judge}`;
    writeFileSync(join(cwd, 'rules.yml'), readFileSync(RULES));
    writeFileSync(
      join(cwd, 'prometheus.yml'),
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: ['rules.yml'],
        scrape_configs: [
          { job_name: 'pushgateway', honor_labels: true, static_configs: [{ targets: [`127.0.0.1:${push}`] }] },
        ],
      }),
    );
    await daemon('prometheus-pushgateway', [`--web.listen-address=127.0.0.1:${push}`], gateway, cwd);
    await daemon(
      'prometheus',
      ['--config.file=prometheus.yml', '--storage.tsdb.path=tsdb', `--web.listen-address=127.0.0.1:${judge}`],
      prometheus,
      cwd,
    );
    const stateOf = async (): Promise<string> => {
      const told = alerts.parse(await (await fetch(`${prometheus}/api/v1/alerts`)).json());
      return told.data.alerts.find(({ labels }) => labels['alertname'] === 'VortexNoSuccess')?.state ?? 'none';
    };
    const sandbox = await standIn(NOW);
    const args = ['download', 'SPY', '--start', '2024-06-03', '--now', NOW, '--pushgateway', gateway];

    // The last success of this folder is five days old, weekend or not, and the run of today fails for more than one series.
    mkdirSync(join(cwd, 'data/.vortex'), { recursive: true });
    const longAgo = new Date(performance.timeOrigin - 5 * 86_400_000).toISOString();
    writeFileSync(join(cwd, 'data/.vortex/last-success.json'), JSON.stringify({ run: 'old', finishedAt: longAgo }));
    expect((await vortex([...args, 'NOSUCH', 'NOSUCH2'], { cwd, env: sandbox.env })).code).toBe(3);
    await vi.waitFor(async () => {
      expect(await stateOf()).toBe('pending');
    }, PATIENCE);

    expect((await vortex(args, { cwd, env: sandbox.env })).code).toBe(0);
    await vi.waitFor(async () => {
      expect(await stateOf()).toBe('none');
    }, PATIENCE);

    // The push of a failing run takes nothing of it away, and there is one group, however many runs.
    expect((await vortex([...args, 'NOSUCH', 'NOSUCH2'], { cwd, env: sandbox.env })).code).toBe(3);
    const text = await (await fetch(`${gateway}/metrics`)).text();
    const successes = [...text.matchAll(/^vortex_run_last_success_timestamp_seconds\{.*\} (\S+)$/gm)];
    expect(successes.length).toBe(1);
    expect(Number(successes[0]?.[1])).toBeGreaterThan(performance.timeOrigin / 1000 - 60);
    expect(text).toMatch(/^vortex_run_last_exit_code\{.*job="vortex".*\} 3$/m);
  },
  120_000,
);
