// The drill of docs/recovery.md: `npm run drill`, `npm run drill -- --series 10000`. Four disasters on generated data, and
// the time and the bars that each costs, against the targets. Exit code 1: something was not there again.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DISASTER, differences, hashes, openMarket, Site } from './kit.mjs';
import { corruption, crash, hasRclone, lostRegion, lostVolume } from './scenarios.mjs';

const { values } = parseArgs({ options: { series: { type: 'string', default: '100' } } });
const series = Number(values.series);
if (!Number.isInteger(series) || series < 1) throw new Error('--series takes a number of series, at least 1');
const folder = mkdtempSync(join(process.env.DRILL_DIR ?? tmpdir(), 'vortex-drill-'));
const market = await openMarket();

const time = (ms) => (ms < 90_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`);
const goal = (ms) => (ms < 3_600_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`);
const days = (count) => `${count} day${count === 1 ? '' : 's'}`;
const line = (columns) =>
  columns
    .map((text, index) => text.padEnd([20, 12, 9, 10, 9][index] ?? 0))
    .join('')
    .trimEnd();

let failed = false;
try {
  console.log(
    `${series} daily series of 6 months, CSV and Parquet; ${cpus().length} processors, Node ${process.version}`,
  );
  const undisturbed = new Site(join(folder, 'undisturbed'), market, series, {});
  undisturbed.download(DISASTER);
  const meant = hashes(undisturbed.data);
  console.log(line(['scenario', 'RTO', 'target', 'RPO', 'target', 'afterwards']));
  for (const scenario of [crash, corruption, lostVolume, lostRegion]) {
    if (scenario === lostRegion && !hasRclone()) {
      console.log('lost region         not done: the program rclone is not installed (apt-get install rclone)');
      failed ||= process.env.CI !== undefined;
      continue;
    }
    const { name, ms, target, behind, allowed, site } = await scenario({ folder, market, series, spawn });
    const lost = differences(site.data, meant);
    const isGood = lost.length === 0 && behind <= allowed;
    failed ||= !isGood;
    const after =
      lost.length === 0 ? 'every file as in an undisturbed store' : `${lost.length} files differ: ${lost[0]}`;
    const late = ms > target ? ', LATE' : '';
    console.log(line([name, time(ms), goal(target), days(behind), days(allowed), after + late]));
    rmSync(site.folder, { recursive: true, force: true });
  }
} finally {
  market.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
