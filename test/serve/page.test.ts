import { chromium } from 'playwright-core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { ageText, page } from '../../src/serve/page.ts';
import type { ServiceStatus } from '../../src/serve/status.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startService } from '../support/service.ts';
import { standIn } from '../support/stand-in.ts';
import { lacks } from '../support/system.ts';

const NOW = '2024-07-03T06:00:00Z';
const TOKEN = 'let-me-in-please';

const status: ServiceStatus = {
  schema: 1,
  version: '1.2.3',
  now: NOW,
  startedAt: NOW,
  ready: true,
  schedule: null,
  running: null,
  lastSuccess: null,
  runs: [],
  ages: [],
  holdings: {
    states: { gaps: 1 },
    troubles: [{ series: '<img src=x onerror=alert(1)>', state: 'gaps', detail: '"&\'' }],
  },
};

it('what stands in the page is text, whatever its characters', () => {
  const html = page(status, { status: 'healthy', timestamp: NOW, checks: {} });
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(html).toContain('&quot;&amp;&#39;');
  expect(html).not.toMatch(/<script|<img|https?:\/\//);
});

it.each([
  [59, '0 min'],
  [3_600, '1 h'],
  [86_400 * 2.5, '2.5 days'],
])('%d seconds are %s', (seconds, text) => {
  expect(ageText(seconds)).toBe(text);
});

describe.skipIf(lacks('chromium'))('the page in a browser (needs chromium)', () => {
  it('shows runs, ages and checks at a glance, loads nothing else, and fits a small screen', async () => {
    const cwd = temporaryFolder();
    const sandbox = await standIn(NOW);
    const service = await startService(['SPY', '--start', '2024-06-03', '--now', NOW], {
      cwd,
      env: { ...sandbox.env, VORTEX_SERVE_TOKEN: TOKEN },
    });
    const begun = await service.ask('/runs', { method: 'POST', token: TOKEN });
    const { run } = z.object({ run: z.string() }).parse(await begun.json());
    await vi.waitFor(
      async () => {
        expect(await (await service.ask('/status')).json()).toMatchObject({ runs: [{ run }] });
      },
      { timeout: 15_000, interval: 50 },
    );
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    onTestFinished(() => browser.close());
    const tab = await browser.newPage({ viewport: { width: 390, height: 800 } });
    const asked: string[] = [];
    const said: string[] = [];
    tab.on('request', (request) => asked.push(new URL(request.url()).pathname));
    tab.on('console', (message) => said.push(message.text()));
    await tab.goto(service.url);
    expect(await tab.title()).toBe('Vortex: healthy');
    expect(await tab.getByRole('heading', { level: 1 }).innerText()).toMatch(/^Vortex \d+\.\d+\.\d+: healthy$/);
    expect(await tab.getByRole('row', { name: new RegExp(run) }).innerText()).toMatch(
      /request.*0.*1 series: 1 updated/s,
    );
    expect(await tab.getByRole('row', { name: /^stock 1d/ }).innerText()).toMatch(/h|days/);
    for (const check of ['filesystem', 'providers', 'configuration', 'dependencies']) {
      expect(await tab.getByRole('row', { name: new RegExp(`^${check} ok`) }).count()).toBe(1);
    }
    expect(asked.filter((path) => path !== '/favicon.ico')).toEqual(['/']);
    expect(said.filter((text) => !text.includes('favicon'))).toEqual([]);
    await tab.getByRole('link', { name: 'health' }).click();
    expect(await tab.locator('body').innerText()).toContain('"status":"healthy"');
  }, 60_000);
});
