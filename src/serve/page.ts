import { visibleText } from '../market/outside-text.ts';
import type { Health } from './checks.ts';
import type { ServiceStatus } from './status.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string | number): string {
  return visibleText(String(text)).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

const STYLE = `
body{font:15px/1.4 system-ui,sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:1.5rem 0 .3rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #ddd;vertical-align:top}
.good{color:#0a6b2d}.bad{color:#b00020;font-weight:600}.num{text-align:right}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}th,td{border-color:#444}.good{color:#6fd08c}.bad{color:#ff8a80}}
`;

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return `<h2>${escape(caption)}</h2>\n<p>${escape(none)}</p>`;
  const head = heads.map((text) => `<th scope="col">${escape(text)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  return `<h2>${escape(caption)}</h2>\n<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

const mark = (good: boolean, text: string): string => `<span class="${good ? 'good' : 'bad'}">${escape(text)}</span>`;

/** Seconds as a person says them: 5 min, 3 h, 2.5 days. Pure. */
export function ageText(seconds: number): string {
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${(seconds / 86_400).toFixed(1)} days`;
}

const shortTime = (instant: string): string => instant.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');

function headline({ running, schedule, lastSuccess }: ServiceStatus): string {
  const lines = [
    running === null
      ? 'No run is going.'
      : `Run ${running.run} is going since ${shortTime(running.startedAt)}: ${running.done} of ${running.total} series.`,
    lastSuccess === null ? 'No run has succeeded yet.' : `Last success: ${shortTime(lastSuccess)}.`,
    schedule === null
      ? 'There is no schedule; runs are made on request.'
      : `Schedule: ${schedule.cron} (${schedule.timezone}), next ${schedule.next === null ? 'never' : shortTime(schedule.next)}.`,
  ];
  if (schedule?.lastMissed) lines.push(`A run was missed at ${shortTime(schedule.lastMissed)}.`);
  return lines.map((line) => `<p>${escape(line)}</p>`).join('\n');
}

/** The page at `/`: one look tells whether all is well. Plain HTML, no script, nothing from elsewhere. Pure. */
export function page(status: ServiceStatus, health: Health): string {
  const { holdings } = status;
  const states = Object.entries(holdings?.states ?? {}).map(([state, count]) => `${count} ${state}`);
  const runs = status.runs.map(({ run, cause, finishedAt, exitCode, summary }) => [
    escape(run),
    escape(cause),
    escape(shortTime(finishedAt)),
    mark(exitCode === 0, String(exitCode)),
    escape(summary),
  ]);
  const checks = Object.entries(health.checks).map(([name, { ok, detail }]) => [
    escape(name),
    mark(ok, ok ? 'ok' : 'failed'),
    escape(detail),
  ]);
  const ages = status.ages.map((age) => [escape(age.class), escape(age.period), escape(ageText(age.ageSeconds))]);
  const troubles = (holdings?.troubles ?? []).map(({ series, state, detail }) => [
    escape(series),
    mark(false, state),
    escape(detail),
  ]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="refresh" content="30"><title>Vortex: ${health.status}</title><style>${STYLE}</style></head><body>
<h1>Vortex ${escape(status.version)}: ${mark(health.status === 'healthy', health.status)}</h1>
${headline(status)}
${table('Last runs', ['run', 'cause', 'ended', 'exit code', 'what it did'], runs, 'None since the service began.')}
${table('Age of the oldest live series', ['class', 'period', 'age'], ages, 'Nothing is known yet.')}
${table('Gaps and damage', ['series', 'state', 'what'], troubles, holdings === null ? 'Not looked at yet.' : 'None.')}
<p>Series: ${escape(states.join(', ') || 'none')}.</p>
${table('Checks', ['check', 'state', 'detail'], checks, 'None.')}
<p>As of ${escape(shortTime(status.now))}; <a href="/status">status</a>, <a href="/health">health</a>, <a href="/metrics">metrics</a>.</p>
</body></html>
`;
}
