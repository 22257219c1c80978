// A loopback server with Yahoo's answer for any symbol: 250 daily bars of 2024, prices widened from float32; or 1m bars.
// It prints its port and serves until it is killed.
import { createServer } from 'node:http';

const DAY = 86_400;
const stamps = [];
for (let at = Date.UTC(2024, 0, 2, 14, 30) / 1000; stamps.length < 250; at += DAY) {
  const weekday = new Date(at * 1000).getUTCDay();
  if (weekday !== 0 && weekday !== 6) stamps.push(at);
}

function seriesOf(symbol) {
  let seed = [...symbol].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2_147_483_647, 7);
  const draw = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const columns = { open: [], high: [], low: [], close: [], volume: [] };
  let price = 20 + draw() * 400;
  for (let row = 0; row < stamps.length; row++) {
    const open = price;
    const close = open * (0.98 + draw() * 0.04);
    columns.open.push(Math.fround(Math.round(open * 100) / 100));
    columns.high.push(Math.fround(Math.round(Math.max(open, close) * 101) / 100));
    columns.low.push(Math.fround(Math.round(Math.min(open, close) * 99) / 100));
    columns.close.push(Math.fround(Math.round(close * 100) / 100));
    columns.volume.push(Math.floor(draw() * 1e8));
    price = close;
  }
  return columns;
}

const session = (from, to) => ({
  timezone: 'EDT',
  start: Date.UTC(2025, 5, 2, ...from) / 1000,
  end: Date.UTC(2025, 5, 2, ...to) / 1000,
  gmtoffset: -14_400,
});
const currentTradingPeriod = {
  pre: session([8], [13, 30]),
  regular: session([13, 30], [20]),
  post: session([20], [24]),
};

function bodyOf(symbol) {
  const quote = seriesOf(symbol);
  const meta = {
    currency: 'USD',
    symbol,
    exchangeName: 'NMS',
    instrumentType: 'EQUITY',
    firstTradeDate: stamps[0],
    regularMarketTime: stamps.at(-1),
    regularMarketPrice: quote.close.at(-1),
    gmtoffset: -18_000,
    timezone: 'EST',
    exchangeTimezoneName: 'America/New_York',
    priceHint: 2,
    currentTradingPeriod,
    dataGranularity: '1d',
    range: '',
    validRanges: ['1d', 'max'],
  };
  const indicators = { quote: [quote], adjclose: [{ adjclose: quote.close }] };
  return JSON.stringify({ chart: { result: [{ meta, timestamp: stamps, indicators }], error: null } });
}

/** One-minute bars around the clock with period1 <= stamp < period2, the price by the minute. */
function minutesBody(symbol, from, to) {
  const quote = { open: [], high: [], low: [], close: [], volume: [] };
  const timestamp = [];
  for (let at = Math.ceil(from / 60) * 60; at < to; at += 60) {
    const price = 1000 + ((at / 60) % 997) / 4;
    timestamp.push(at);
    quote.open.push(price);
    quote.high.push(price + 0.5);
    quote.low.push(price - 0.5);
    quote.close.push(price + 0.25);
    quote.volume.push((at / 60) % 31);
  }
  const meta = {
    currency: 'USD',
    symbol,
    exchangeName: 'CCC',
    instrumentType: 'CRYPTOCURRENCY',
    firstTradeDate: stamps[0],
    regularMarketTime: to,
    gmtoffset: 0,
    timezone: 'UTC',
    exchangeTimezoneName: 'UTC',
    dataGranularity: '1m',
    range: '',
    validRanges: ['1d', 'max'],
  };
  return Buffer.from(
    JSON.stringify({ chart: { result: [{ meta, timestamp, indicators: { quote: [quote] } }], error: null } }),
  );
}

const bodies = new Map();
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
  const symbol = decodeURIComponent(pathname.split('/').at(-1) ?? '');
  const isMinutes = searchParams.get('interval') === '1m';
  let body = isMinutes
    ? minutesBody(symbol, Number(searchParams.get('period1')), Number(searchParams.get('period2')))
    : bodies.get(symbol);
  if (body === undefined) bodies.set(symbol, (body = Buffer.from(bodyOf(symbol))));
  response.writeHead(200, { 'content-type': 'application/json;charset=utf-8', 'content-length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
