import { VortexError } from '../market/errors.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { Job, PlannedProvider, PlanOptions } from './plan.ts';

/** The provider that a series is bound to; undefined while it has no bars. */
export const boundTo = ({ rows, provider }: StoredSeries): string | undefined => (rows > 0 ? provider : undefined);

/** What a person can do about a series that cannot go on with its provider. @param name the series as they may write it */
export const waysOut = (name: string): string =>
  `vortex series move ${name} --to PROVIDER fetches its history elsewhere; vortex series end ${name} stops asking`;

/** The provider of a stored series; undefined where -p leaves it out, or where this version does not have it. */
export function homeOf(bound: string, { providers, others = [] }: PlanOptions): PlannedProvider | undefined {
  return [...providers, ...others].find(({ id }) => id === bound);
}

/** Why a stored series does not go on in this run. */
export function boundElsewhere(name: string, bound: string, { restricted = false }: PlanOptions): VortexError {
  const why = restricted
    ? `which -p leaves out; run without -p, or with -p ${bound}`
    : 'which this version does not have';
  return new VortexError(`${name}: postponed: it is bound to ${bound}, ${why}; ${waysOut(name)}`, {
    code: 'bound-elsewhere',
    disposition: 'skip-series',
  });
}

/** One line for the stored series that `-p` leaves out of a run without SYMBOLs; undefined when there are none. */
export function leftOutLine(bound: readonly string[], { providers }: PlanOptions): string | undefined {
  if (bound.length === 0) return undefined;
  const homes = [...new Set(bound)].sort().join(', ');
  const asked = providers.map(({ id }) => id).join(',');
  return `${bound.length} series left out by -p ${asked}: they are bound to ${homes}`;
}

/** Whether a job may go to another provider although only the allowance of its own has ended. */
export const leavesForAllowance = ({ stored }: Pick<Job, 'stored'>, onAllowance: boolean | undefined): boolean =>
  stored.rows > 0 || onAllowance === true;
