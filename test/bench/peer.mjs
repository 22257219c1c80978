// The peer of the whole job: the npm package yahoo-finance2 and the plainest CSV writer, eight symbols at a time. Its files are
// neither synced nor put in place whole. Usage: node peer.mjs BASE_URL FOLDER COUNT
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import YahooFinance from 'yahoo-finance2';

const [base, folder, count] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const silent = () => {};
const yahoo = new YahooFinance({
  queue: { concurrency: 8 },
  fetch: (url, options) => fetch(String(url).replace(/^https:\/\/[^/]+/, base), options),
  logger: { info: silent, warn: console.error, error: console.error, debug: silent, dir: silent },
  versionCheck: false,
});
let next = 1;
async function work() {
  while (next <= Number(count)) {
    const symbol = `T${String(next++).padStart(5, '0')}`;
    const { quotes } = await yahoo.chart(symbol, { period1: '2024-01-01', period2: '2025-01-01', interval: '1d' });
    const lines = quotes.map(
      ({ date, open, high, low, close, volume, adjclose }) =>
        `${date.toISOString().slice(0, 10)},${open},${high},${low},${close},${volume},${adjclose}\n`,
    );
    await writeFile(`${folder}/${symbol}.csv`, `Datetime,Open,High,Low,Close,Volume,Adj Close\n${lines.join('')}`);
  }
}
await Promise.all(Array.from({ length: 8 }, work));
