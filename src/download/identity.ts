import { VortexError } from '../market/errors.ts';
import { gridsAgree } from '../market/grid.ts';
import type { SourceFacts } from '../providers/provider.ts';
import type { ManifestVersion } from '../store/manifest-form.ts';
import { notMixed } from './mixing.ts';

/** The error that keeps bars of another grid or another day's end out of a series. @param guest a provider that is not its own */
export function wouldMix(
  before: ManifestVersion | undefined,
  source: SourceFacts | undefined,
  grid: readonly number[],
  guest: { readonly provider: string; readonly host: string } | undefined,
): VortexError | undefined {
  if (before === undefined || before.rows === 0) return undefined;
  const refuse = (what: string): VortexError =>
    guest === undefined ? mixture(what) : notMixed(guest.provider, guest.host, what);
  const mixture = (what: string): VortexError =>
    new VortexError(`${what}; the two are not mixed in one file. Move the series away to fetch it anew`, {
      code: 'bad-answer',
      disposition: 'skip-series',
    });
  const boundary = source?.dayBoundary;
  if (boundary !== undefined && before.day_boundary !== undefined && boundary !== before.day_boundary) {
    return refuse(
      `the source's day ends at midnight of ${boundary}, that of the stored bars at ${before.day_boundary}`,
    );
  }
  if (guest !== undefined && (boundary === undefined || before.day_boundary === undefined)) {
    return refuse(`nobody has said where a day ends ${boundary === undefined ? 'there' : 'in the stored bars'}`);
  }
  if (gridsAgree(before.grid ?? [], grid)) return undefined;
  return refuse(
    `the source's bars begin at minute ${grid.join(', ')}, the stored ones at ${before.grid?.join(', ') ?? ''}`,
  );
}
