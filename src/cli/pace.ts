import type { Provider } from '../providers/provider.ts';
import type { CommandContext } from './context.ts';

function paceIn(options: unknown): number | undefined {
  return typeof options === 'object' && options !== null && 'pace_ms' in options && typeof options.pace_ms === 'number'
    ? options.pace_ms
    : undefined;
}

/** The pace at which a run asks a provider, milliseconds: that of the settings, and for one of several shards so many times as long. */
export function paceOf({ settings, shard }: CommandContext, provider: Provider): number {
  const pace = paceIn(provider.Options.parse(settings.providers[provider.id] ?? {})) ?? provider.capabilities.paceMs;
  return pace * (shard?.count ?? 1);
}

/** The settings of a provider, with that pace for a provider that keeps it by itself. */
export function pacedOptions(context: CommandContext, provider: Provider): unknown {
  const options = context.settings.providers[provider.id] ?? {};
  if (context.shard === undefined || paceIn(options) === undefined || typeof options !== 'object') return options;
  return { ...options, pace_ms: paceOf(context, provider) };
}
