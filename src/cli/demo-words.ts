import { relative } from 'node:path';

const SYMBOLS = 'GOLD CRUDE_W SPY EURUSD';

/** Where a demo ran. */
export interface DemoPlace {
  /** The folder of its files, absolute, as the program sees it. */
  readonly folder: string;
  /** The working folder of the program. */
  readonly cwd: string;
  /** The reader sits at the host and does not see the paths of the container. */
  readonly inContainer: boolean;
}

/** What `vortex demo` says at its end: where the files are, and how to fetch live data the same way. Pure. */
export function closingWords({ folder, cwd, inContainer }: DemoPlace): string {
  if (!inContainer) {
    const place = relative(cwd, folder) || '.';
    return (
      `\nThe files are in ${place}, each series as .csv and .parquet.\n` +
      `The same with live data, into ./data:\n\n  npx vortex download ${SYMBOLS}\n`
    );
  }
  return (
    `\nThe files are in ${folder} of the container, each series as .csv and .parquet. They outlast the container only in a\n` +
    'folder of the host that is mounted there: -v "$PWD/data:/data" puts them into ./data of the host.\n' +
    'The same with live data, into ./data of the host:\n\n' +
    `  docker run --rm -v "$PWD/data:/data" vortex download ${SYMBOLS}\n`
  );
}
