// A loopback server with Yahoo's answer for any symbol: daily bars of weekdays from 2024 on, within the days asked for.
// It prints its port and serves until it is killed.
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers';

const DAY = 86_400;
const stamps = [];
for (let at = Date.UTC(2024, 0, 2, 14, 30) / 1000; stamps.length < 260; at += DAY) {
  const weekday = new Date(at * 1000).getUTCDay();
  if (weekday !== 0 && weekday !== 6) stamps.push(at);
}

function bars(symbol, from, to) {
  let seed = [...symbol].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2_147_483_647, 7);
  const draw = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const columns = { open: [], high: [], low: [], close: [], volume: [] };
  const timestamp = [];
  let price = 20 + draw() * 400;
  for (const at of stamps) {
    const open = price;
    const close = open * (0.98 + draw() * 0.04);
    const volume = Math.floor(draw() * 1e8);
    price = close;
    if (at < from || at >= to) continue;
    timestamp.push(at);
    columns.open.push(Math.fround(Math.round(open * 100) / 100));
    columns.high.push(Math.fround(Math.round(Math.max(open, close) * 101) / 100));
    columns.low.push(Math.fround(Math.round(Math.min(open, close) * 99) / 100));
    columns.close.push(Math.fround(Math.round(close * 100) / 100));
    columns.volume.push(volume);
  }
  return { timestamp, columns };
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  const symbol = url.pathname.split('/').at(-1);
  const [from, to] = ['period1', 'period2'].map((name) => Number(url.searchParams.get(name)));
  const { timestamp, columns } = bars(symbol, from, to);
  const meta = {
    currency: 'USD',
    symbol,
    exchangeName: 'NMS',
    instrumentType: 'EQUITY',
    firstTradeDate: stamps[0],
    regularMarketTime: timestamp.at(-1) ?? stamps[0],
    gmtoffset: -18_000,
    timezone: 'EST',
    exchangeTimezoneName: 'America/New_York',
    priceHint: 2,
    dataGranularity: '1d',
    range: '',
    validRanges: ['1d', 'max'],
  };
  const indicators = { quote: [columns], adjclose: [{ adjclose: columns.close }] };
  const body = { chart: { result: [{ meta, timestamp, indicators }], error: null } };
  setTimeout(
    () => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    },
    Number(process.env.DELAY_MS ?? 0),
  );
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
