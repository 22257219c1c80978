import { Metrics } from '../../src/metrics/metrics.ts';

const NOW = Date.parse('2024-07-03T06:00:00Z');

/** Metrics in which everything has a value: a run in which something of each kind went wrong. */
export function sampleMetrics(): Metrics {
  const metrics = new Metrics('1.2.3');
  const result = {
    series: 'stocks/1d/SPY',
    instrument: 'SPY',
    symbol: 'SPY',
    period: '1d',
    provider: 'yahoo',
    outcome: 'failed',
    added: 3,
    revised: 2,
    dropped: 1,
    first: null,
    last: null,
    error: { code: 'bot-wall', message: 'a wall' },
  } as const;
  metrics.addRun({
    exitCode: 4,
    finishedAt: NOW,
    seconds: 1.5,
    report: {
      series: {
        planned: 1,
        updated: 0,
        unchanged: 0,
        empty: 0,
        postponed: 0,
        failed: 1,
        unservable: 7,
        stale: 0,
        suspect: 0,
      },
      results: [result],
    },
    traffic: { yahoo: { requests: { 200: 4, 429: 2 }, retries: { 429: 2 }, circuit: 'open' } },
    durations: new Map([['yahoo', [40, 300, 6_000]]]),
  });
  metrics.setFolder(
    {
      lastSuccess: Date.parse('2024-07-01T06:00:10Z'),
      allowance: [{ provider: 'barchart', used: 12, limit: 250 }],
      ages: [
        {
          class: 'stock',
          period: '1d',
          knownTo: Date.parse('2024-07-02T00:00:00Z'),
          sessionsBehind: 2,
          suspects: 1,
          suspectSessions: 4,
        },
      ],
      disk: { data: 5, raw: 4, backups: 3, own: 2, free: 60, total: 100 },
    },
    NOW,
  );
  return metrics;
}
