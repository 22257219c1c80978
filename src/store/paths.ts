import { join } from 'node:path';

/** Where things stand below the data folder. Pure. */
export const OWN_FOLDER = '.vortex';

export const manifestsFolder = (root: string): string => join(root, OWN_FOLDER, 'series');
export const manifestPath = (root: string, key: string): string => join(manifestsFolder(root), `${key}.json`);
export const runReportsFolder = (root: string): string => join(root, OWN_FOLDER, 'runs');
/** When the last run with exit code 0 ended. */
export const lastSuccessPath = (root: string): string => join(root, OWN_FOLDER, 'last-success.json');
export const journalPath = (root: string): string => join(root, OWN_FOLDER, 'journal');
/** The raw archive: `<provider>/<yyyy>/<mm>/<dd>/…` */
export const rawFolder = (root: string): string => join(root, OWN_FOLDER, 'raw');
export const lockPath = (root: string): string => join(root, OWN_FOLDER, 'lock');
/** Where a file that is not what the manifest says is set aside by a run. */
export const quarantinePath = (root: string, run: string, path: string): string =>
  join(root, OWN_FOLDER, 'quarantine', run, path);
/** What was spent of a provider's allowance: `<provider>/<account>/<day>.jsonl`. */
export const allowanceFolder = (root: string, provider: string, account: string): string =>
  join(root, OWN_FOLDER, 'allowance', provider, account);
