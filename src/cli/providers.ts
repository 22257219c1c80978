import { formatTradeDate } from '../market/calendar.ts';
import { ASSET_CLASSES } from '../market/instrument.ts';
import { PERIODS } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import type { PeriodReach, Provider } from '../providers/provider.ts';
import { PROVIDERS } from '../providers/registry.ts';
import { allowanceOf } from './allowance.ts';
import { loadContext } from './context.ts';
import type { CommandContext, CommonFlags, Surroundings } from './context.ts';
import { writeJson } from './output.ts';
import { paceOf } from './pace.ts';
import { textTable, thousands } from './table.ts';

type Reaches = Partial<Record<Period, Omit<PeriodReach, 'since'> & { readonly since?: string }>>;

/** One provider as `providers list --json` tells it. */
interface ListedProvider {
  readonly id: string;
  readonly assetClasses: readonly string[];
  readonly periods: Reaches;
  /** Days for which a contract is served after its last one; 0: live contracts only, or none at all; null: for ever. */
  readonly expiredContractDays: number | null;
  /** By class: the zone whose midnight ends a day, or `exchange`. */
  readonly dayBoundary: Readonly<Record<string, string>>;
  readonly allowance: { readonly perDay: number; readonly timezone: string } | null;
  readonly paceMs: number;
  readonly credentials: 'none needed' | 'set' | 'missing';
  readonly needs: string | null;
  /** False when its answers carry no time of their own: the machine's clock stands in for it. */
  readonly clock: boolean;
}

function describe(provider: Provider, context: CommandContext): ListedProvider {
  const { id, capabilities, needs } = provider;
  const { assetClasses, dayBoundary, expiredContractDays } = capabilities;
  const settings = context.settings.providers[id] ?? {};
  const periods: Reaches = {};
  for (const period of PERIODS) {
    const reach = capabilities.periods[period];
    if (reach === undefined) continue;
    const { since, ...rest } = reach;
    periods[period] = since === undefined ? rest : { ...rest, since: formatTradeDate(since) };
  }
  const isSet = provider.hasCredentials?.(settings);
  return {
    id,
    assetClasses,
    periods,
    expiredContractDays: assetClasses.includes('future') ? (expiredContractDays ?? null) : 0,
    dayBoundary: Object.fromEntries(assetClasses.map((name) => [name, dayBoundary[name] ?? 'exchange'])),
    allowance: allowanceOf(context, provider) ?? null,
    paceMs: paceOf(context, provider),
    credentials: isSet === undefined ? 'none needed' : isSet ? 'set' : 'missing',
    needs: needs ?? null,
    clock: capabilities.hasNoClock !== true,
  };
}

function expiredText({ assetClasses, expiredContractDays }: ListedProvider): string {
  if (!assetClasses.includes('future')) return '-';
  if (expiredContractDays === null) return 'all';
  return expiredContractDays === 0 ? 'none' : `${thousands(expiredContractDays)} days`;
}

function dayText({ dayBoundary }: ListedProvider): string {
  const zones = ASSET_CLASSES.flatMap((name) => {
    const zone = dayBoundary[name];
    return zone === undefined || zone === 'exchange' ? [] : [`${name} ${zone}`];
  });
  return ['exchange', ...zones].join(', ');
}

function printTables(listed: readonly ListedProvider[], out: (text: string) => void): void {
  const header = ['provider', 'has', 'expired contracts', 'a day ends', 'a day', 'pace', 'credentials', 'needs'];
  out(
    textTable(
      header,
      listed.map((entry) => [
        entry.id,
        entry.assetClasses.join(' '),
        expiredText(entry),
        dayText(entry),
        entry.allowance === null ? 'no limit' : `${thousands(entry.allowance.perDay)} downloads`,
        `${thousands(entry.paceMs)} ms`,
        entry.credentials,
        entry.needs ?? 'nothing',
      ]),
    ),
  );
  const matrix = (title: string, cell: (reach: NonNullable<Reaches[Period]>) => string): void => {
    const rows = listed.map(({ id, periods }) => [
      id,
      ...PERIODS.map((period) => {
        const reach = periods[period];
        return reach === undefined ? '-' : cell(reach);
      }),
    ]);
    out(`\n${title}\n${textTable(['provider', ...PERIODS], rows)}`);
  };
  const days = (count: number | undefined): string => (count === undefined ? 'all' : `${thousands(count)} d`);
  matrix('how far back it goes', ({ since, depthDays }) => since ?? days(depthDays));
  matrix('the longest span of one request', ({ spanDays }) => days(spanDays));
  const without = listed.filter(({ clock }) => !clock).map(({ id }) => id);
  out(`\nhas no clock of its own: ${without.length === 0 ? 'none of them' : without.join(', ')}\n`);
}

/** `vortex providers list`. */
export async function listProviders(flags: CommonFlags, { output }: Surroundings): Promise<number> {
  const context = await loadContext(flags, [], output);
  const listed = PROVIDERS.map((provider) => describe(provider, context));
  if (flags.json) writeJson(output, { schema: 1, providers: listed });
  else printTables(listed, output.out);
  return 0;
}
