import type { AllowanceAccount } from '../download/purse.ts';
import { DAY_MS } from '../market/period.ts';
import { shardName } from '../market/shard.ts';
import { instantOf, localDate } from '../market/time-zone.ts';
import type { DayBudget, DayBudgets } from '../plan/budget.ts';
import type { Capabilities, Provider } from '../providers/provider.ts';
import { accountName, AllowanceLedger } from '../store/allowance-ledger.ts';
import type { CommandContext } from './context.ts';
import { numberOption, textOption } from './provider-option.ts';

/** The allowance of an account: as the settings have it, else what the provider gives; undefined where nothing is counted. */
export function allowanceOf(context: CommandContext, provider: Provider): Capabilities['allowance'] {
  const { allowance } = provider.capabilities;
  if (allowance === undefined) return undefined;
  return { ...allowance, perDay: numberOption(context, provider, 'allowance') ?? allowance.perDay };
}

/** The accounts of those providers that count downloads, as the ledger of the data folder has them today. */
export function allowanceAccounts(
  context: CommandContext,
  providers: readonly Provider[],
  run: string,
): AllowanceAccount[] {
  return providers.flatMap((provider) => {
    const allowance = allowanceOf(context, provider);
    if (allowance === undefined) return [];
    const { perDay: limit, timezone } = allowance;
    const username = textOption(context, provider, 'username');
    const day = localDate(context.now, timezone);
    const endsAt = instantOf(day + DAY_MS, 0, timezone);
    const { output_dir: root } = context.settings;
    const ledger = new AllowanceLedger(root, provider.id, accountName(username), day, run, context.shard);
    const shard = context.shard === undefined ? {} : { shard: shardName(context.shard) };
    return [
      {
        provider: provider.id,
        read: (): DayBudget => ({ endsAt, ...shard, ...ledger.budget(limit) }),
        spend: (live: boolean) => ledger.spend(live, limit),
        tell: (used: number) => ledger.tell(used),
        end: () => ledger.end(),
      },
    ];
  });
}

/** What is left of the allowances today, by the ledger of the data folder. No request, no write. */
export function dayBudgets(context: CommandContext, providers: readonly Provider[]): DayBudgets {
  return new Map(allowanceAccounts(context, providers, 'plan').map((account) => [account.provider, account.read()]));
}
