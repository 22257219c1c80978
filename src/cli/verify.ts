import { relative, resolve, sep } from 'node:path';
import { EXIT } from '../download/exit-code.ts';
import { nearest } from '../market/nearest.ts';
import { SEVERITIES } from '../quality/finding.ts';
import type { Finding } from '../quality/finding.ts';
import { verifyFolder } from '../quality/verify.ts';
import { loadContext } from './context.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { writeJson } from './output.ts';
import { textTable, thousands } from './table.ts';

/**
 * A PATH argument as a path below the data folder: a path of the file system that leads into it, else a key or a path
 * below it as it is. Empty: the folder itself. Pure but for the working directory that is given.
 */
export function pathBelow(argument: string, root: string, cwd: string): string {
  const below = relative(resolve(cwd, root), resolve(cwd, argument)).split(sep).join('/');
  return below === '..' || below.startsWith('../') ? argument.replace(/^\.\//, '').replace(/\/+$/, '') : below;
}

/** One line on an audit: `41 series checked: 1 error, 2 warnings`. Pure. */
export function verifyLine(checked: number, findings: readonly Finding[]): string {
  const told = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    const plural = count === 1 || severity === 'info' ? severity : `${severity}s`;
    return count === 0 ? [] : [`${thousands(count)} ${plural}`];
  });
  return `${thousands(checked)} series checked: ${told.join(', ') || 'nothing is wrong'}`;
}

/** `vortex verify`: audit of files against manifests and of the data itself. Takes no lock, writes nothing. */
export async function verify(paths: readonly string[], flags: CommonFlags, { output }: Surroundings): Promise<number> {
  const { settings, now } = await loadContext(flags, [], output);
  const root = settings.output_dir;
  const under = paths.map((path) => pathBelow(path, root, process.cwd()));
  const { checked, findings, unknown, keys } = await verifyFolder(root, now, under);
  for (const path of unknown) {
    const near = nearest(path, keys);
    output.err(`vortex: nothing is stored under ${path}${near.length === 0 ? '' : `; nearest: ${near.join(', ')}`}\n`);
  }
  if (flags.json === true) writeJson(output, { schema: 1, checked: checked.length, findings });
  else {
    if (findings.length > 0) {
      output.out(
        textTable(
          ['severity', 'series', 'kind', 'detail'],
          findings.map(({ severity, series, kind, detail }) => [severity, series, kind, detail]),
        ),
      );
    }
    output.out(`${verifyLine(checked.length, findings)}\n`);
  }
  const isBad = unknown.length > 0 || findings.some(({ severity }) => severity === 'error');
  return isBad ? EXIT.failed : EXIT.ok;
}
