import { closuresOf } from '../config/closures.ts';
import { EXIT } from '../download/exit-code.ts';
import { unknownLine } from '../market/match-series.ts';
import { SEVERITIES } from '../quality/finding.ts';
import type { Finding } from '../quality/finding.ts';
import { verifyFolder } from '../quality/verify.ts';
import type { Audit } from '../quality/verify.ts';
import { loadContext } from './context.ts';
import type { CommandContext, CommonFlags, Surroundings } from './context.ts';
import { writeJson } from './output.ts';
import type { Repair } from './repair.ts';
import { pathBelow } from './stored-names.ts';
import { textTable, thousands } from './table.ts';

/** The flags of `vortex verify`. */
export interface VerifyFlags extends CommonFlags {
  readonly repair?: boolean;
}

/** One line on an audit: `41 series checked: 1 error, 2 warnings`. Pure. */
function verifyLine(checked: number, findings: readonly Finding[]): string {
  if (checked === 0 && findings.length === 0) return 'no series to check';
  const told = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    const plural = count === 1 || severity === 'info' ? severity : `${severity}s`;
    return count === 0 ? [] : [`${thousands(count)} ${plural}`];
  });
  return `${thousands(checked)} series checked: ${told.join(', ') || 'nothing is wrong'}`;
}

/** What was mended, for people. Pure. */
function repairLines({ run, results, quarantined, audit }: Repair): string[] {
  const left = new Set(audit.findings.flatMap(({ kind, series }) => (kind === 'not-repaired' ? [series] : [])));
  const lines = results.map(({ series, outcome, added, error }) => {
    if (error !== null) return `${series}: ${outcome}: ${error.message}`;
    if (left.has(series) && added === 0) return `${series}: left as it is`;
    return outcome === 'unchanged' ? `${series}: made anew from its other files` : `${series}: ${added} bars fetched`;
  });
  const aside = quarantined.length === 0 ? [] : [`set aside in .vortex/quarantine/${run}: ${quarantined.join(', ')}`];
  return [...lines, ...aside];
}

function tellFindings({ checked, findings, unknown }: Audit, { output }: CommandContext): void {
  if (findings.length > 0) {
    output.out(
      textTable(
        ['severity', 'series', 'kind', 'detail'],
        findings.map(({ severity, series, kind, detail }) => [severity, series, kind, detail]),
      ),
    );
  }
  // Where nothing was looked at, nothing is said to be right.
  if (checked.length > 0 || findings.length > 0 || unknown.length === 0) {
    output.out(`${verifyLine(checked.length, findings)}\n`);
  }
}

/**
 * `vortex verify`: audit of files against manifests and of the data itself. Takes no lock, writes nothing; with --repair it
 * does both, and tells what is wrong afterwards.
 */
export async function verify(
  names: readonly string[],
  flags: VerifyFlags,
  { output, signal }: Surroundings,
): Promise<number> {
  const { json = false, repair: wantsRepair = false } = flags;
  const context = await loadContext(flags, [], output);
  const root = context.settings.output_dir;
  const mended = wantsRepair ? await (await import('./repair.ts')).repairFolder(names, context, signal) : undefined;
  const below = pathBelow(root, process.cwd());
  const closures = closuresOf(context.settings.closures);
  const audit = mended?.audit ?? (await verifyFolder(root, context.now, names, { below, closures }));
  const { checked, findings, unknown } = audit;
  for (const name of unknown) output.err(`vortex: ${unknownLine(name)}\n`);
  if (mended !== undefined && !json)
    output.out(
      repairLines(mended)
        .map((line) => `${line}\n`)
        .join(''),
    );
  if (json) {
    const repaired =
      mended === undefined
        ? {}
        : { repair: { run: mended.run, quarantined: mended.quarantined, results: mended.results } };
    writeJson(output, { schema: 1, checked: checked.length, findings, ...repaired });
  } else tellFindings(audit, context);
  const isBad = unknown.length > 0 || findings.some(({ severity }) => severity === 'error');
  return mended?.exitCode ?? (isBad ? EXIT.failed : EXIT.ok);
}
