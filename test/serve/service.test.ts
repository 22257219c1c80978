import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { everythingIn, temporaryFolder } from '../support/folder.ts';
import { vortex } from '../support/program.ts';
import { begin, NOW, openService, over, PATIENCE, startService, TOKEN } from '../support/service.ts';
import { standIn } from '../support/stand-in.ts';

describe('the service', () => {
  it('makes its data folder, lives, is ready and healthy', async () => {
    const { cwd, service } = await openService();
    expect(everythingIn(cwd)).toContain('data/');
    expect(await (await service.ask('/live')).json()).toEqual({ status: 'alive' });
    expect(await (await service.ask('/ready')).json()).toEqual({ status: 'ready' });
    const health = await service.ask('/health');
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({
      status: 'healthy',
      checks: {
        filesystem: { ok: true },
        providers: { ok: true, detail: 'yahoo answers' },
        configuration: { ok: true },
        dependencies: { ok: true },
      },
    });
    expect(everythingIn(cwd).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  });

  it('makes a run on request; its report, the metrics and the status tell of it', async () => {
    const { service } = await openService();
    const run = await begin(service);
    expect(await over(service, run)).toMatchObject({ schema: 1, run, status: 'ok', series: { updated: 2 } });
    await vi.waitFor(async () => {
      const metrics = await (await service.ask('/metrics')).text();
      expect(metrics).toContain('vortex_series{outcome="updated"} 2');
      expect(metrics).toMatch(/^vortex_run_last_success_timestamp_seconds \d+/m);
      expect(metrics).not.toContain('SPY');
    }, PATIENCE);
    const status = await (await service.ask('/status')).json();
    expect(status).toMatchObject({
      schema: 1,
      running: null,
      runs: [{ run, cause: 'request', exitCode: 0 }],
      ages: [{ class: 'stock', period: '1d' }],
      holdings: { states: { ok: 2 } },
    });
  });

  it('knows no run but its own, and no other page', async () => {
    const { service } = await openService();
    expect(await (await service.ask('/runs/%zz')).json()).toEqual({ error: 'the address cannot be read' });
    for (const path of ['/runs/20240703T060000Z-0000', '/runs/..%2f..%2fetc%2fpasswd', '/etc']) {
      expect((await service.ask(path)).status).toBe(404);
    }
  });

  it('answers while a run is going, and begins no second one', async () => {
    const { service } = await openService('yahoo:after=1@stall');
    const run = await begin(service);
    const second = await service.ask('/runs', { method: 'POST', token: TOKEN });
    expect([second.status, await second.json()]).toEqual([409, { error: 'a run is going', run }]);
    expect((await service.ask('/health')).status).toBe(200);
    expect(await (await service.ask(`/runs/${run}`)).json()).toMatchObject({ run, status: 'running' });
    expect(await (await service.ask('/')).text()).toContain(`Run ${run} is going`);
    expect(await (await service.ask('/metrics')).text()).toContain('vortex_run_in_progress 1');
  });
});

describe('a scheduled run', () => {
  it('is made at its time, of what the settings want', async () => {
    const { service, sandbox } = await openService('', ['--schedule', '* * * * * *', '--timezone', 'Europe/Berlin']);
    await vi.waitFor(async () => {
      const status = await (await service.ask('/status')).json();
      expect(status).toMatchObject({
        schedule: { cron: '* * * * * *', timezone: 'Europe/Berlin' },
        runs: expect.arrayContaining([expect.objectContaining({ cause: 'schedule', exitCode: 0 })]) as unknown,
      });
    }, PATIENCE);
    expect(await sandbox.requests()).toBeGreaterThanOrEqual(2);
  });

  it('with broken settings ends with 2 and says why; the service goes on', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    writeFileSync(join(cwd, 'vortex.json'), '{}');
    const args = ['SPY', '--config', 'vortex.json', '--schedule', '* * * * * *', '--start', '2024-06-03', '--now', NOW];
    const service = await startService(args, { cwd, env: sandbox.env });
    writeFileSync(join(cwd, 'vortex.json'), '{"formats":["xml"]}');
    await vi.waitFor(async () => {
      expect(await (await service.ask('/status')).json()).toMatchObject({
        runs: expect.arrayContaining([
          expect.objectContaining({ exitCode: 2, summary: expect.stringContaining('formats') as unknown }),
        ]) as unknown,
      });
    }, PATIENCE);
    expect(await (await service.ask('/metrics')).text()).toContain('vortex_run_last_exit_code 2');
    expect((await service.ask('/live')).status).toBe(200);
  });
});

describe('a service that is told to stop', () => {
  it('ends with 0 when nothing is going', async () => {
    const { service } = await openService();
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });

  it('lets a run finish within the grace period, is not ready meanwhile, and ends with 0', async () => {
    const { cwd, service } = await openService('yahoo:slow=0.05', [], { VORTEX_SERVE_GRACE_SECONDS: '20' });
    await begin(service);
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
    expect(everythingIn(cwd)).toContain('data/stocks/1d/SPY.csv');
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    '%s: cuts a run that does not end in time, keeps what is finished, ends with %i',
    async (signal, code) => {
      const { cwd, service, sandbox } = await openService('yahoo:after=1@stall', ['--concurrency', '1'], {
        VORTEX_SERVE_GRACE_SECONDS: '1',
      });
      await begin(service);
      // One is the look at the provider of nobody's health check: only the run asks here.
      await vi.waitFor(async () => {
        expect(await sandbox.requests()).toBeGreaterThanOrEqual(2);
      }, PATIENCE);
      service.child.kill(signal);
      await vi.waitFor(async () => {
        expect((await service.ask('/ready')).status).toBe(503);
      }, PATIENCE);
      expect((await service.ended).code).toBe(code);
      expect(everythingIn(cwd).filter((path) => /\.tmp$|\/lock$/.test(path))).toEqual([]);
    },
  );
});

describe('what is wrong from the start', () => {
  it('a port in use: exit 1, and who uses it', async () => {
    const { service } = await openService();
    const { port } = new URL(service.url);
    const { code, stderr } = await vortex(['serve', '--port', port], { cwd: temporaryFolder() });
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} is in use`);
    if (process.platform === 'linux') expect(stderr).toContain(`(pid ${service.child.pid ?? 0})`);
  });

  it.each([
    [['--schedule', '0 0 31 2 *'], /never comes/],
    [['--schedule', 'every day'], /is no schedule/],
    [['--schedule', '0 6 * * 9'], /dayOfWeek/],
    [['--schedule', '0 6 * * *', '--timezone', 'Mars/Olympus'], /--timezone: "Mars\/Olympus" is no IANA time zone/],
    [['--port', '70000'], /65535/],
    [['--pushgateway', 'http://me:secret@host:9091'], /no user and password/],
    [['--heartbeat-url', 'ftp://host/x'], /heartbeat_url|--heartbeat-url/],
  ])('%j: exit 2', async (args, words) => {
    const { code, stderr } = await vortex(['serve', 'SPY', ...args], { cwd: temporaryFolder() });
    expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
  });

  it.each([
    ['short', /at least 8 characters/],
    ['has some spaces', /no space/],
  ])('a token that could not be used, %j: exit 2, without showing it', async (token, words) => {
    const env = { VORTEX_SERVE_TOKEN: token };
    const { code, stderr } = await vortex(['serve', 'SPY', '--port', '0'], { cwd: temporaryFolder(), env });
    expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
    expect(stderr).not.toContain(token);
  });

  it('a schedule with nothing to download: exit 2', async () => {
    const { code, stderr } = await vortex(['serve', '--schedule', '0 6 * * *'], { cwd: temporaryFolder() });
    expect([code, stderr]).toEqual([2, expect.stringContaining('nothing is asked for')]);
  });

  it('a data folder that is a file: exit 1', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'data'), '');
    expect((await vortex(['serve', 'SPY', '--port', '0'], { cwd })).code).toBe(1);
  });
});

describe('what goes wrong later', () => {
  it('settings that are broken make it unhealthy with the reason, not dead; corrected ones make it healthy again', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const file = join(cwd, 'vortex.json');
    writeFileSync(file, '{"concurrency":2}');
    const service = await startService(['SPY', '--config', 'vortex.json', '--start', '2024-06-03', '--now', NOW], {
      cwd,
      env: { ...sandbox.env, VORTEX_SERVE_TOKEN: TOKEN },
    });
    writeFileSync(file, '{"concurency":2}');
    await vi.waitFor(async () => {
      const health = await service.ask('/health');
      expect(health.status).toBe(503);
      expect(await health.json()).toMatchObject({
        status: 'unhealthy',
        checks: { configuration: { ok: false, detail: expect.stringContaining('concurrency') as string } },
      });
    }, PATIENCE);
    const refused = await service.ask('/runs', { method: 'POST', token: TOKEN });
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('concurency')]);
    expect((await service.ask('/live')).status).toBe(200);
    writeFileSync(file, '{"concurrency":1}');
    await vi.waitFor(async () => {
      expect((await service.ask('/health')).status).toBe(200);
    }, PATIENCE);
    await over(service, await begin(service));
  });

  it('a data folder that is gone makes it unhealthy, and is not made anew by looking', async () => {
    const { cwd, service } = await openService();
    rmSync(join(cwd, 'data'), { recursive: true });
    await vi.waitFor(async () => {
      const health = await service.ask('/health');
      expect(health.status).toBe(503);
      expect(await health.json()).toMatchObject({
        checks: { filesystem: { ok: false, detail: expect.stringContaining('is not there') as string } },
      });
    }, PATIENCE);
    expect(everythingIn(cwd)).toEqual([]);
    await over(service, await begin(service));
    await vi.waitFor(async () => {
      expect((await service.ask('/health')).status).toBe(200);
    }, PATIENCE);
  });

  it('a provider that is down makes it unhealthy, the other listed one healthy again', async () => {
    const { service } = await openService('', [], { VORTEX_YAHOO_BASE_URL: 'http://127.0.0.1:9' });
    const health = await service.ask('/health');
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({
      checks: { providers: { ok: false, detail: expect.stringContaining('yahoo: nobody listens') as string } },
    });
    const { service: two } = await openService('', ['-p', 'yahoo,dukascopy'], {
      VORTEX_YAHOO_BASE_URL: 'http://127.0.0.1:9',
    });
    expect((await two.ask('/health')).status).toBe(200);
  });

  it('a folder that another run holds ends a run with 6, and the service goes on', async () => {
    const { cwd, service, sandbox } = await openService('yahoo:after=0@stall');
    const { start } = await import('../support/program.ts');
    const other = start(['download', 'MSFT', '--now', NOW], { cwd, env: sandbox.env });
    await vi.waitFor(() => {
      expect(everythingIn(cwd)).toContain('data/.vortex/lock');
    }, PATIENCE);
    const run = await begin(service);
    expect(await over(service, run)).toMatchObject({ run, status: 'failed', exitCode: 6 });
    other.child.kill('SIGTERM');
    await other.ended;
    expect((await service.ask('/live')).status).toBe(200);
  });
});
