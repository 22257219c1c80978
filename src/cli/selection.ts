import { readNameList } from '../config/name-list.ts';
import type { NameList } from '../config/name-list.ts';
import { splitProviders } from '../config/settings.ts';
import type { FlagValue } from '../config/setting-layers.ts';
import { usageError } from '../market/errors.ts';
import { ASSET_CLASSES } from '../market/instrument.ts';
import type { AssetClass, Series } from '../market/instrument.ts';
import { nearest } from '../market/nearest.ts';
import { isPeriod, PERIODS } from '../market/period.ts';
import type { Period } from '../market/period.ts';
import type { StoredSeries } from '../market/stored-series.ts';
import type { Plan } from '../plan/plan.ts';
import { planJobs } from '../plan/planner.ts';
import { selectInstruments } from '../plan/select.ts';
import { wantedSeries } from '../plan/wanted.ts';
import type { WantedSeries } from '../plan/wanted.ts';
import type { Provider } from '../providers/provider.ts';
import { PROVIDERS } from '../providers/registry.ts';
import { dayBudgets } from './allowance.ts';
import type { CommandContext, CommonFlags } from './context.ts';
import { readDay } from './day.ts';
import { storedWanted } from './stored-wanted.ts';

/** The flags that say what is wanted; `download` and `plan` take them. */
export interface SelectionFlags extends CommonFlags {
  readonly provider?: string;
  readonly class?: string;
  readonly period?: string;
  readonly start?: string;
  readonly end?: string;
  readonly format?: string;
  readonly instruments?: string[];
  readonly symbolsFile?: string;
  readonly concurrency?: string;
  readonly maxRequests?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly backup?: boolean;
  readonly failFast?: boolean;
  readonly shard?: string;
  /** What lies in the data folder, in place of what the settings list. */
  readonly stored?: boolean;
}

/** Those of them that stand for settings. */
export function settingFlags(flags: SelectionFlags): FlagValue[] {
  return [
    { path: 'default_provider', flag: '--provider', value: flags.provider },
    { path: 'formats', flag: '--format', value: flags.format },
    { path: 'instruments', flag: '--instruments', value: flags.instruments },
    { path: 'concurrency', flag: '--concurrency', value: flags.concurrency },
    { path: 'max_requests', flag: '--max-requests', value: flags.maxRequests },
    { path: 'shard', flag: '--shard', value: flags.shard },
    { path: 'dry_run', flag: '--dry-run', value: flags.dryRun },
    { path: 'backup_data', flag: '--backup', value: flags.backup },
  ];
}

/** `; did you mean 1h?` where something allowed is near. */
function near(wrong: readonly string[], allowed: readonly string[]): string {
  const best = wrong.flatMap((word) => nearest(word, allowed, 1));
  return best.length === 0 ? '' : `; did you mean ${best.join(', ')}?`;
}

function readPeriods(text: string | undefined): Period[] | undefined {
  if (text === undefined) return undefined;
  const periods = text.split(',').map((part) => part.trim());
  const unknown = periods.filter((part) => !isPeriod(part));
  if (unknown.length > 0) {
    throw usageError(
      `flag --period: ${unknown.join(', ')} is no period; allowed: ${PERIODS.join(', ')}${near(unknown, PERIODS)}`,
    );
  }
  return [...new Set(periods.filter((part) => isPeriod(part)))];
}

function readClass(text: string | undefined): AssetClass | undefined {
  const found = ASSET_CLASSES.find((name) => name === text || `${name}s` === text);
  if (text !== undefined && found === undefined) {
    throw usageError(
      `flag --class: ${text} is no class; allowed: ${ASSET_CLASSES.join(', ')}${near([text], ASSET_CLASSES)}`,
    );
  }
  return found;
}

function readList(path: string | undefined): Exclude<NameList, { problem: string }> {
  if (path === undefined) return { names: [], notices: [] };
  const list = readNameList(path, process.cwd());
  if ('problem' in list) throw usageError(`flag --symbols-file: ${list.problem}`);
  if (list.names.length === 0) throw usageError(`flag --symbols-file: ${path}: the list names nothing`);
  return list;
}

/** What is asked for, before the data folder is looked at. */
export interface Wanted {
  readonly series: readonly WantedSeries[];
  readonly notices: readonly string[];
  /** Those that new series may go to, the first preferred. */
  readonly providers: readonly Provider[];
  /** The command line chose them (-p): stored series of others wait. */
  readonly restricted?: boolean;
  /** The command names its series. */
  readonly named?: boolean;
}

/** Reads the symbols and flags of a command. @throws VortexError `usage` */
export function readWanted(symbols: readonly string[], flags: SelectionFlags, context: CommandContext): Wanted {
  const { settings, configured, now } = context;
  const listed = readList(flags.symbolsFile);
  const names = [...symbols, ...listed.names];
  const onlyClass = readClass(flags.class);
  const start = flags.start === undefined ? undefined : readDay('--start', flags.start);
  const end = flags.end === undefined ? undefined : readDay('--end', flags.end);
  const periods = readPeriods(flags.period);
  if (start !== undefined && end !== undefined && start > end) {
    throw usageError(`--start ${flags.start ?? ''} is after --end ${flags.end ?? ''}`);
  }
  if (flags.stored === true) {
    const plain = names.map((name) => (typeof name === 'string' ? name : name.name));
    const filter = { names: plain, onlyClass, periods, start, end, provider: flags.provider };
    const stored = storedWanted(filter, context);
    return { ...stored, providers: listedProviders(stored.providers) };
  }
  if (names.length === 0 && configured.length === 0) {
    throw usageError(
      'nothing is asked for: name a symbol, such as `vortex download SPY`, or list instruments in config/config.json (vortex config init writes it)',
    );
  }
  const { selections, notices } = selectInstruments(names, {
    configured,
    ...(onlyClass === undefined ? {} : { onlyClass }),
    daysCount: settings.days_count,
    now,
  });
  const series = wantedSeries(selections, {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(periods === undefined ? {} : { periods }),
    defaultPeriods: settings.periods,
    now,
  });
  const disabled = selections.filter(
    ({ instrument, named }) => named && periods === undefined && instrument.periods?.length === 0,
  );
  return {
    series,
    notices: [
      ...listed.notices,
      ...notices,
      ...disabled.map(({ instrument }) => `${instrument.id} is disabled in the settings: its periods are empty`),
    ],
    providers: listedProviders(splitProviders(settings.default_provider)),
    restricted: flags.provider !== undefined,
    named: names.length > 0,
  };
}

/** The providers with these ids, in their order. */
function listedProviders(ids: readonly string[]): Provider[] {
  return ids.flatMap((id) => PROVIDERS.find((entry) => entry.id === id) ?? []);
}

/** All providers that a run may ask: those for new series, and, unless -p chose, those that stored series are bound to. */
function allowedProviders({ providers, restricted = false }: Wanted): readonly Provider[] {
  return restricted ? providers : [...providers, ...PROVIDERS.filter((entry) => !providers.includes(entry))];
}

/** The providers that a plan may open: those for new series, and those that its stored series are bound to. */
export function providersOfPlan(wanted: Wanted, plan: Plan): readonly Provider[] {
  const used = new Set(plan.jobs.map(({ provider }) => provider));
  return allowedProviders(wanted).filter((entry) => wanted.providers.includes(entry) || used.has(entry.id));
}

/** The plan for what is asked for, given what the folder has. */
export function planFor(
  wanted: Wanted,
  flags: SelectionFlags,
  context: CommandContext,
  storedOf: (series: Series) => StoredSeries,
): Plan {
  const plan = planJobs(wanted.series, storedOf, {
    providers: wanted.providers,
    others: allowedProviders(wanted).filter((entry) => !wanted.providers.includes(entry)),
    restricted: wanted.restricted ?? false,
    named: wanted.named ?? false,
    onAllowance: context.settings.failover.on_allowance,
    overlapBars: context.settings.overlap_bars,
    settleMinutes: context.settings.settle_minutes,
    force: flags.force ?? false,
    mix: context.settings.failover.mix,
    budgets: dayBudgets(context, allowedProviders(wanted)),
    now: context.now,
    ...(context.shard === undefined ? {} : { shard: context.shard }),
  });
  return { ...plan, notices: [...wanted.notices, ...plan.notices] };
}
