import { relocate } from '../store/relocation.ts';
import { filesOf, intoQuarantine } from '../store/series-files.ts';
import { tombstoneFile } from '../store/tombstones.ts';
import type { CommonFlags, Surroundings } from './context.ts';
import { atDesk, storedOrRefused } from './series-desk.ts';

/** `vortex series remove`: files and manifest go into the quarantine together; nothing is known of the series then. */
export function removeSeries(
  names: readonly string[],
  flags: CommonFlags,
  surroundings: Surroundings,
): Promise<number> {
  return atDesk(flags, surroundings, async (desk) => {
    const { root, run, context } = desk;
    const { found, refused } = storedOrRefused(names, desk);
    const moves = found.flatMap(({ manifest }) => intoQuarantine(run, filesOf(root, manifest)));
    const writes = found.map(({ name }) => tombstoneFile(name.series, 'removed', context.now));
    if (found.length > 0) await relocate(root, { moves, writes });
    const what = `removed; it lies in .vortex/quarantine/${run}`;
    return { done: found.map(({ name: { series } }) => ({ series, what })), refused };
  });
}
