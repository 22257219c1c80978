import { valueAt } from '../config/layers.ts';
import type { Provider } from '../providers/provider.ts';
import type { CommandContext } from './context.ts';

type Source = Pick<CommandContext, 'settings'>;

function optionOf({ settings }: Source, provider: Provider, name: string): unknown {
  return valueAt(provider.Options.parse(settings.providers[provider.id] ?? {}), [name]);
}

/** A number in the settings of a provider, its default filled in; undefined when the provider has no such setting. */
export function numberOption(source: Source, provider: Provider, name: string): number | undefined {
  const value = optionOf(source, provider, name);
  return typeof value === 'number' ? value : undefined;
}

/** The same for a text. */
export function textOption(source: Source, provider: Provider, name: string): string | undefined {
  const value = optionOf(source, provider, name);
  return typeof value === 'string' ? value : undefined;
}
