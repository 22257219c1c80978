import { basename, join } from 'node:path';
import { CLASS_FOLDERS } from '../market/series.ts';
import { filesBelow, isForeignName } from '../disk/listing.ts';
import { OWN_FOLDER } from '../disk/paths.ts';
import type { Finding } from './finding.ts';

const TEMPORARY = '.tmp';

function judge(path: string): Finding {
  if (path.endsWith(TEMPORARY)) {
    return {
      series: path,
      kind: 'leftover',
      detail: 'a temporary file, of a run at work or cut off',
      severity: 'info',
    };
  }
  return /\.(csv|parquet)$/.test(path) && !isForeignName(basename(path))
    ? { series: path, kind: 'file-without-manifest', detail: 'no manifest lists this file', severity: 'warning' }
    : { series: path, kind: 'foreign-file', detail: 'not a file of this program', severity: 'info' };
}

/**
 * Files that no manifest lists: below the folders of the classes, and temporary and foreign ones below `.vortex`. What
 * people keep elsewhere in the folder is theirs.
 * @param listed paths that the manifests list, below the data folder
 */
export function auditFolder(root: string, listed: ReadonlySet<string>): Finding[] {
  const data = Object.values(CLASS_FOLDERS).flatMap((folder) =>
    filesBelow(join(root, folder)).map((path) => `${folder}/${path}`),
  );
  const own = filesBelow(join(root, OWN_FOLDER))
    .map((path) => `${OWN_FOLDER}/${path}`)
    .filter((path) => path.endsWith(TEMPORARY) || isForeignName(basename(path)))
    .filter((path) => !path.startsWith(`${OWN_FOLDER}/quarantine/`));
  return [...data.filter((path) => !listed.has(path)), ...own].map(judge);
}
