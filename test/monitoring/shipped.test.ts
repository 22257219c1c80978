import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { backupText } from '../../src/metrics/backup-text.ts';
import { sampleMetrics } from '../metrics/sample.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lacks } from '../support/system.ts';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const FOLDER = join(CHECKOUT, 'deploy/monitoring');
const NO_PROMTOOL = lacks('promtool');

const rulesForm = z.object({
  groups: z.array(
    z.object({
      rules: z.array(z.object({ alert: z.string(), expr: z.string(), annotations: z.record(z.string(), z.string()) })),
    }),
  ),
});
const dashboardForm = z.object({
  uid: z.string(),
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.object({ expr: z.string(), datasource: z.object({ uid: z.string() }) })).min(1),
    }),
  ),
});

const rules = rulesForm
  .parse(parse(readFileSync(join(FOLDER, 'rules.yml'), 'utf8')))
  .groups.flatMap((group) => group.rules);
const dashboard = dashboardForm.parse(JSON.parse(readFileSync(join(FOLDER, 'grafana/dashboards/vortex.json'), 'utf8')));
const queries = [
  ...rules.map(({ expr }) => expr),
  ...dashboard.panels.flatMap((panel) => panel.targets.map(({ expr }) => expr)),
];

/** Metrics that count sessions, by class and period. */
const COUNTED = ['vortex_sessions_behind', 'vortex_suspect_oldest_sessions']
  .map((name) => `${name}{class="stock",period="1d"} 0\n`)
  .join('');

/** Labels that Prometheus or the group of a push adds. */
const OF_THE_TARGET = new Map(
  ['job', 'namespace', 'instance', 'shard'].map((label) => [label, new Set(label === 'job' ? ['vortex-serve'] : [])]),
);

/** Names of the metrics that are really exported, each with its labels and their values. */
async function exported(): Promise<Map<string, Map<string, Set<string>>>> {
  const found = new Map<string, Map<string, Set<string>>>();
  const backups = backupText({ lastSuccess: 1, lastVerified: 1, exitCode: 0 });
  for (const line of `${await sampleMetrics().text()}${backups}${COUNTED}`.split('\n')) {
    const [, name, labels = ''] = /^([a-z_]+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name === undefined || line.startsWith('#')) continue;
    const known = found.get(name) ?? new Map<string, Set<string>>();
    found.set(name, known);
    for (const [, label = '', text = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      known.set(label, (known.get(label) ?? new Set()).add(text));
    }
  }
  return found;
}

describe('what is shipped for monitoring', () => {
  it('every query of the rules and of the dashboard asks for metrics and labels that there are', async () => {
    const known = await exported();
    for (const query of queries) {
      const names = [...query.matchAll(/\b(vortex_\w+)(?:\{([^}]*)\})?/g)];
      if (!query.includes('up{')) expect(names.length, query).toBeGreaterThan(0);
      for (const [, name = '', selector = ''] of names) {
        const labels = new Map([...(known.get(name) ?? []), ...OF_THE_TARGET]);
        expect([...known.keys()], `${name} in ${query}`).toContain(name);
        for (const [, label = '', , text = ''] of selector.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
          expect([...labels.keys()], `${label} in ${query}`).toContain(label);
          const words = label === 'period' ? [] : text.split('|');
          for (const word of words) expect([...(labels.get(label) ?? [])], `${text} in ${query}`).toContain(word);
        }
      }
      const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */));
      const all = new Set([
        ...names.flatMap(([, name = '']) => [...(known.get(name)?.keys() ?? [])]),
        ...OF_THE_TARGET.keys(),
      ]);
      for (const label of grouped) expect(all, `${label} in ${query}`).toContain(label);
    }
  });

  it('the panels have names of their own, do not overlap, and ask the data source that is provisioned', () => {
    const source = z
      .object({ datasources: z.array(z.object({ uid: z.string(), type: z.string() })) })
      .parse(parse(readFileSync(join(FOLDER, 'grafana/provisioning/datasources/prometheus.yml'), 'utf8')));
    const { panels } = dashboard;
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { targets } of panels) {
      for (const { datasource } of targets) expect(datasource.uid).toBe(source.datasources[0]?.uid);
    }
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('every alert has a runbook, and every runbook an alert', () => {
    for (const { alert, annotations } of rules) {
      expect(annotations['runbook']).toBe(`docs/runbooks/${alert}.md`);
      expect(existsSync(join(CHECKOUT, `docs/runbooks/${alert}.md`)), alert).toBe(true);
    }
    const pages = readdirSync(join(CHECKOUT, 'docs/runbooks')).filter((name) => name.startsWith('Vortex'));
    expect(pages.map((name) => name.replace('.md', '')).sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });

  it.skipIf(NO_PROMTOOL)(
    'promtool accepts configuration and rules, and the tests of the rules pass (needs promtool)',
    () => {
      for (const args of [
        ['check', 'config', 'prometheus.yml'],
        ['check', 'rules', 'rules.yml'],
        ['test', 'rules', 'rules.test.yml', 'weeks.test.yml'],
      ]) {
        const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' });
        expect([status, `${stdout}${stderr}`]).toEqual([0, expect.not.stringContaining('FAILED')]);
      }
    },
    240_000,
  );

  it('every alert is tested', () => {
    const tests = ['rules.test.yml', 'weeks.test.yml'].map((name) => readFileSync(join(FOLDER, name), 'utf8')).join('');
    for (const { alert } of rules) expect(tests).toMatch(new RegExp(`alertname: ${alert}\n        exp_alerts:\n`));
  });

  it.skipIf(lacks('amtool'))('amtool accepts who is told (needs amtool)', () => {
    const { status, stdout } = spawnSync('amtool', ['check-config', 'alertmanager.yml'], {
      cwd: FOLDER,
      encoding: 'utf8',
    });
    expect(stdout).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it.skipIf(NO_PROMTOOL)('every query of the dashboard is one (needs promtool)', () => {
    const folder = temporaryFolder();
    const recorded = dashboard.panels.flatMap(({ id, targets }) =>
      targets.map(({ expr }, place) => ({ record: `panel:${id}:${place}`, expr })),
    );
    writeFileSync(join(folder, 'panels.json'), JSON.stringify({ groups: [{ name: 'panels', rules: recorded }] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', 'panels.json'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`${recorded.length} rules found`);
  });
});
