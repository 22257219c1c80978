import type { AllowanceAccount } from '../download/purse.ts';
import { DAY_MS } from '../market/period.ts';
import { shardName } from '../market/shard.ts';
import { instantOf, localDate } from '../market/time-zone.ts';
import type { DayBudget, DayBudgets } from '../plan/budget.ts';
import type { Provider } from '../providers/provider.ts';
import { accountName, AllowanceLedger } from '../store/allowance-ledger.ts';
import type { CommandContext } from './context.ts';

/** What the settings of a provider say of its account. */
function accountOf({ settings }: CommandContext, provider: Provider) {
  const options = provider.Options.parse(settings.providers[provider.id] ?? {});
  const known = typeof options === 'object' && options !== null ? options : {};
  return {
    limit: 'allowance' in known && typeof known.allowance === 'number' ? known.allowance : undefined,
    username: 'username' in known && typeof known.username === 'string' ? known.username : undefined,
  };
}

/** The accounts of those providers that count downloads, as the ledger of the data folder has them today. */
export function allowanceAccounts(
  context: CommandContext,
  providers: readonly Provider[],
  run: string,
): AllowanceAccount[] {
  return providers.flatMap((provider) => {
    const { allowance } = provider.capabilities;
    if (allowance === undefined) return [];
    const { limit = allowance.perDay, username } = accountOf(context, provider);
    const day = localDate(context.now, allowance.timezone);
    const endsAt = instantOf(day + DAY_MS, 0, allowance.timezone);
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
