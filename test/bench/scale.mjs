// Growth: 1,000, 10,000 and 50,000 series downloaded, then kept current with nothing new, planned and listed; and 40 markets of
// 250 contracts. `npm run bench:scale`. Nothing is asserted.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure, measureOpenFiles, median } from './measure.mjs';

const here = import.meta.dirname;
const vortex = join(here, '../../dist/main.js');
const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'vortex-scale-'));
const NOW = '2025-06-02T12:00:00Z';
const SIZES = (process.env.BENCH_SIZES ?? '1000,10000,50000').split(',').map(Number);
const DAY = 86_400_000;

const told = (runs) =>
  `${median(runs.map(({ wall }) => wall)).toFixed(0)} ms, ${median(runs.map(({ peak }) => peak)).toFixed(0)} MiB`;

function row(name, first, cwd, args, env) {
  const times = (command) => told([1, 2, 3].map(() => measure(cwd, [vortex, command, ...args(command)], env)));
  return [name, `${told([first])}, ${first.open} open`, times('download'), times('plan'), times('status')];
}

async function stocks() {
  const server = spawn(process.execPath, [join(here, 'yahoo-server.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((resolve) => server.stdout.once('data', (data) => resolve(Number(String(data)))));
  const env = {
    VORTEX_YAHOO_BASE_URL: `http://127.0.0.1:${port}`,
    VORTEX_YAHOO_PACE_MS: '0',
    VORTEX_LOGGING_LEVEL: 'warn',
  };
  try {
    const rows = [];
    for (const count of SIZES) {
      const cwd = join(folder, `stocks-${count}`);
      mkdirSync(cwd);
      const symbols = Array.from({ length: count }, (_, i) => `stock:T${String(i + 1).padStart(5, '0')}\n`);
      writeFileSync(join(cwd, 'symbols'), symbols.join(''));
      const select = ['--symbols-file', 'symbols', '-p', 'yahoo', '--start', '2024-01-01'];
      const args = (command) => [...(command === 'status' ? [] : select), '--now', NOW];
      const first = await measureOpenFiles(cwd, [vortex, 'download', ...args('download')], env);
      rows.push(row(`${count.toLocaleString('en')} stocks`, first, cwd, args, env));
    }
    return rows;
  } finally {
    server.kill();
  }
}

/** A contract's bars of the weekdays of its delivery month, as bc-utils writes them. */
function contractFile(year, month) {
  const lines = ['Time,Open,High,Low,Close,Volume'];
  for (let at = Date.UTC(year, month - 1, 1); at < Date.UTC(year, month, 1); at += DAY) {
    if ([0, 6].includes(new Date(at).getUTCDay())) continue;
    const price = 100 + ((at / DAY) % 97);
    const date = new Date(at).toISOString().slice(0, 10);
    lines.push(`${date}T05:00:00+0000,${price},${price + 1},${price - 1},${price + 0.5},${price * 10}`);
  }
  return `${lines.join('\n')}\n`;
}

/** 40 markets of 250 months each, adopted; the plan asks for the rest of each contract's life. */
function contracts() {
  const [markets, months, firstYear] = [40, 250, 2003];
  const cwd = join(folder, 'futures');
  mkdirSync(join(cwd, 'older'), { recursive: true });
  const futures = {};
  for (let market = 0; market < markets; market++) {
    const id = `M${String(market).padStart(2, '0')}`;
    const code = `Q${String.fromCharCode(65 + Math.floor(market / 26), 65 + (market % 26))}`;
    futures[id] = { code, cycle: 'FGHJKMNQUVXZ', start_date: `${firstYear}-01-01` };
    for (let index = 0; index < months; index++) {
      const [year, month] = [firstYear + Math.floor(index / 12), (index % 12) + 1];
      const name = `Day_${id}_${year}${String(month).padStart(2, '0')}00.csv`;
      writeFileSync(join(cwd, 'older', name), contractFile(year, month));
    }
  }
  writeFileSync(join(cwd, 'config.json'), JSON.stringify({ futures, default_provider: 'barchart' }));
  const common = ['--config', 'config.json', '--now', NOW];
  const adopted = measure(cwd, [vortex, 'import', 'older', ...common]);
  const times = (command) => told([1, 2, 3].map(() => measure(cwd, [vortex, command, ...common])));
  return [`${markets} × ${months} contracts`, `${told([adopted])} (adopted)`, '', times('plan'), times('status')];
}

try {
  const rows = [['series', 'first run', 'again, nothing new', 'plan', 'status'], ...(await stocks()), contracts()];
  for (const cells of rows) console.log(cells.map((cell) => cell.padEnd(30)).join(''));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
