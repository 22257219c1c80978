import { relative, resolve, sep } from 'node:path';

/**
 * Reads a path of the file system as a path below the data folder (data/stocks/1d/SPY.csv is stocks/1d/SPY.csv; the folder
 * itself is empty); undefined where it leads elsewhere.
 */
export function pathBelow(root: string, cwd: string): (path: string) => string | undefined {
  return (path) => {
    const below = relative(resolve(cwd, root), resolve(cwd, path)).split(sep).join('/');
    return below === '..' || below.startsWith('../') ? undefined : below;
  };
}
