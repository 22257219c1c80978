import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { Metrics } from '../../src/metrics/metrics.ts';
import { lacks } from '../support/system.ts';
import { sampleMetrics } from './sample.ts';

const lines = async (metrics: Metrics): Promise<string[]> =>
  (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

it('a run is told in the words of the specification', async () => {
  const told = await lines(sampleMetrics());
  for (const line of [
    'vortex_run_last_success_timestamp_seconds 1719813610',
    'vortex_run_last_exit_code 4',
    'vortex_run_duration_seconds 1.5',
    'vortex_series{outcome="failed"} 1',
    'vortex_series{outcome="unservable"} 7',
    'vortex_series_errors{code="bot-wall"} 1',
    'vortex_bars_total{provider="yahoo",kind="added"} 3',
    'vortex_bars_total{provider="yahoo",kind="revised"} 2',
    'vortex_bars_total{provider="yahoo",kind="dropped"} 1',
    'vortex_requests_total{provider="yahoo",status="429"} 2',
    'vortex_retries_total{provider="yahoo",reason="429"} 2',
    'vortex_request_duration_seconds_bucket{le="0.5",provider="yahoo"} 2',
    'vortex_request_duration_seconds_sum{provider="yahoo"} 6.34',
    'vortex_circuit_state{provider="yahoo"} 2',
    'vortex_allowance_remaining{provider="barchart"} 238',
    'vortex_allowance_limit{provider="barchart"} 250',
    'vortex_series_age_seconds{class="stock",period="1d"} 108000',
    'vortex_disk_bytes{kind="free"} 60',
  ]) {
    expect(told).toContain(line);
  }
});

it('no symbol is a label, and what is not known is not told', async () => {
  expect((await lines(sampleMetrics())).join('\n')).not.toContain('SPY');
  const told = await lines(new Metrics('1.2.3'));
  expect(told.filter((line) => /last_success|age|allowance|disk/.test(line))).toEqual([]);
});

it('a run replaces what the one before it said of series and errors; counters go on', async () => {
  const metrics = sampleMetrics();
  const series = {
    planned: 1,
    updated: 1,
    unchanged: 0,
    empty: 0,
    postponed: 0,
    failed: 0,
    unservable: 0,
    stale: 0,
    suspect: 0,
  };
  const traffic = { yahoo: { requests: { 200: 1 }, retries: {}, circuit: 'closed' as const } };
  metrics.addRun({
    exitCode: 0,
    finishedAt: 0,
    seconds: 1,
    report: { series, results: [] },
    traffic,
    durations: new Map(),
  });
  const told = await lines(metrics);
  expect(told).toContain('vortex_requests_total{provider="yahoo",status="200"} 5');
  expect(told).toContain('vortex_circuit_state{provider="yahoo"} 0');
  expect(told.filter((line) => line.startsWith('vortex_series_errors'))).toEqual([]);
});

it.skipIf(lacks('promtool'))('promtool has nothing against them (needs promtool)', async () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: await sampleMetrics().text(),
    encoding: 'utf8',
  });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});
