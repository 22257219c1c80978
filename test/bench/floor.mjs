// The floor: the shortest script that makes the same requests, parses, and writes the same data files, each with one fsync
// and one rename. Usage: node floor.mjs BASE_URL FOLDER COUNT
import { mkdirSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';

const [base, folder, count] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' });
const days = new Map();
const dateOf = (stamp) => days.get(stamp) ?? (days.set(stamp, day.format(stamp * 1000)), days.get(stamp));
const undo = (value) => {
  for (let digits = 6; digits <= 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return value;
};
let next = 1;
async function work() {
  while (next <= Number(count)) {
    const symbol = `T${String(next++).padStart(5, '0')}`;
    const response = await fetch(
      `${base}/v8/finance/chart/${symbol}?period1=1704067200&period2=1735689600&interval=1d`,
    );
    const [{ timestamp, indicators }] = (await response.json()).chart.result;
    const [{ open: o, high, low, close, volume }] = indicators.quote;
    const adjusted = indicators.adjclose[0].adjclose;
    let text = 'Datetime,Open,High,Low,Close,Volume,Adj Close,Dividends,Stock Splits\n';
    timestamp.forEach((stamp, i) => {
      text += `${dateOf(stamp)},${undo(o[i])},${undo(high[i])},${undo(low[i])},${undo(close[i])},${volume[i]},${undo(adjusted[i])},0,0\n`;
    });
    const file = await open(`${folder}/${symbol}.csv.tmp`, 'w');
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(`${folder}/${symbol}.csv.tmp`, `${folder}/${symbol}.csv`);
  }
}
await Promise.all(Array.from({ length: 8 }, work));
