// Rows per second of the file writers, beside a peer: Parquet and hyparquet-writer, CSV and a plain join of strings.
// Run as a process of its own; prints JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { median, RUNS } from './measure.mjs';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const ROWS = 500_000;
const folder = mkdtempSync(join(CHECKOUT, 'node_modules/.vortex-bench-'));

async function load(name) {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(CHECKOUT, `src/formats/${name}.ts`)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['parquetjs-lite'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return import(outfile);
}

function makeBars() {
  const column = () => new Float64Array(ROWS);
  const bars = { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
  let [seed, price] = [7, 4000];
  const draw = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let row = 0; row < ROWS; row++) {
    bars.time[row] = Date.UTC(2024, 0, 1) + row * 60_000;
    price += Math.round((draw() - 0.5) * 16) / 4;
    bars.open[row] = price;
    bars.high[row] = price + Math.round(draw() * 8) / 4;
    bars.low[row] = price - Math.round(draw() * 8) / 4;
    bars.close[row] = price + Math.round((draw() - 0.5) * 4) / 4;
    bars.volume[row] = Math.floor(draw() * 500);
  }
  return { ...bars, extras: new Map() };
}

async function rate(work) {
  const times = [];
  let bytes = 0;
  for (let run = 0; run <= RUNS; run++) {
    const started = performance.now();
    bytes = await work();
    if (run > 0) times.push(performance.now() - started);
  }
  return { rowsPerSecond: ROWS / (median(times) / 1000), bytes };
}

const NAMES = { open: 'Open', high: 'High', low: 'Low', close: 'Close', volume: 'Volume' };

/** The same columns, types and compression as our files have. */
function hyparquet(bars) {
  const columnData = [
    { name: 'Datetime', data: BigInt64Array.from(bars.time, (at) => BigInt(at) * 1000n) },
    ...Object.entries(NAMES).map(([key, name]) => ({ name, data: bars[key] })),
  ];
  const schema = [
    { name: 'root', num_children: 6 },
    { name: 'Datetime', type: 'INT64', converted_type: 'TIMESTAMP_MICROS', repetition_type: 'REQUIRED' },
    ...Object.values(NAMES).map((name) => ({ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' })),
  ];
  return parquetWriteBuffer({ columnData, schema, rowGroupSize: 100_000 }).byteLength;
}

function joinOf(bars) {
  const lines = ['Datetime,Open,High,Low,Close,Volume'];
  const { time, open, high, low, close, volume } = bars;
  for (let row = 0; row < ROWS; row++) {
    lines.push(
      `${new Date(time[row]).toISOString()},${open[row]},${high[row]},${low[row]},${close[row]},${volume[row]}`,
    );
  }
  return Buffer.from(`${lines.join('\n')}\n`).length;
}

try {
  const bars = makeBars();
  const { encodeParquet } = await load('parquet');
  const { encodeCsv } = await load('csv');
  const labels = { instrument: 'BTC-USD', symbol: 'BTC-USD', provider: 'yahoo', period: '1m' };
  const result = {
    parquet: await rate(async () => (await encodeParquet(bars, labels)).length),
    hyparquet: await rate(() => hyparquet(bars)),
    csv: await rate(() => encodeCsv(bars, '1m').length),
    join: await rate(() => joinOf(bars)),
  };
  console.log(JSON.stringify(result));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
