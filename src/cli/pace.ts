import { isValues } from '../config/layers.ts';
import type { Provider } from '../providers/provider.ts';
import type { CommandContext } from './context.ts';
import { numberOption } from './provider-option.ts';

/** The pace at which a run asks a provider, milliseconds: that of the settings, and for one of several shards so many times as long. */
export function paceOf(context: CommandContext, provider: Provider): number {
  const pace = numberOption(context, provider, 'pace_ms') ?? provider.capabilities.paceMs;
  return pace * (context.shard?.count ?? 1);
}

/** The settings of a provider, with that pace for a provider that keeps it by itself. */
export function pacedOptions(context: CommandContext, provider: Provider): unknown {
  const options = context.settings.providers[provider.id] ?? {};
  if (context.shard === undefined || !isValues(options) || typeof options['pace_ms'] !== 'number') return options;
  return { ...options, pace_ms: paceOf(context, provider) };
}
