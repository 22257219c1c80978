import { join, resolve } from 'node:path';
import { processEnvironment } from '../config/process-environment.ts';
import { formatTradeDate, utcDate } from '../market/calendar.ts';
import { oneYearBefore } from '../plan/wanted.ts';
import { readNow } from './context.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { closingWords } from './demo-words.ts';
import { isContainer } from './doctor-disk.ts';
import { runDownload } from './download.ts';
import { embeddedSandbox } from './sandbox.ts';
import { resultTable } from './summary.ts';

/** Something of each class: contracts that trade now, stocks, crypto, forex. */
const SYMBOLS = ['future:GOLD', 'future:CRUDE_W', 'stock:SPY', 'stock:AAPL', 'stock:BTC-USD', 'EURUSD', 'USDJPY'];

/** `vortex demo`: the main job on the embedded sandbox, offline, into the folder `demo` of the data folder. */
export async function demo(flags: CommonFlags, surroundings: Surroundings): Promise<number> {
  const { output } = surroundings;
  const now = readNow(flags.now);
  const { VORTEX_OUTPUT_DIR: dataFolder = '' } = processEnvironment();
  const folder = resolve(flags.outputDir ?? join(dataFolder === '' ? 'data' : dataFolder, 'demo'));
  const sandbox = await embeddedSandbox(now);
  try {
    output.err('The prices are made up by the embedded sandbox: no account, no network.\n');
    const report = await runDownload(
      SYMBOLS,
      {
        logLevel: 'warn',
        ...flags,
        outputDir: folder,
        now: new Date(now).toISOString(),
        provider: 'sandbox',
        start: formatTradeDate(oneYearBefore(utcDate(now))),
        format: 'csv,parquet',
      },
      surroundings,
      [{ path: 'providers.sandbox.base_url', flag: '(embedded sandbox)', value: sandbox.url }],
    );
    if (typeof report === 'number') return report;
    if (!flags.json) {
      if (!output.isTerminal) output.out(`${resultTable(report.results)}\n`);
      const inContainer = isContainer(processEnvironment());
      output.out(closingWords({ folder, cwd: process.cwd(), inContainer }));
    }
    return report.exitCode;
  } finally {
    await sandbox.close();
  }
}
