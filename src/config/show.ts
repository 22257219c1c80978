import type { LoadedSettings } from './load.ts';
import { valueAt } from './layers.ts';
import { maskPasswords, MASK } from './proxy.ts';
import { settingKeys } from './schema-keys.ts';
import { settingsSchema } from './settings.ts';
import type { ProviderOptions } from './provider-options.ts';

/** What a row of `config show` can hold; null: not set, and no default. */
export type ShownValue = string | number | boolean | null | readonly ShownValue[];

/** One setting as people may see it. */
export interface SettingRow {
  /** `logging.level` */
  readonly key: string;
  readonly value: ShownValue;
  /** `default`, `file …`, `environment NAME`, `flag --x`, `secret file …` */
  readonly source: string;
}

function shown(value: unknown): ShownValue {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((item: unknown) => shown(item));
  if (typeof value === 'string') return maskPasswords(value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : JSON.stringify(value);
}

/** The effective settings in the order of the schema, secrets masked. */
export function settingRows(
  { settings, sources }: Pick<LoadedSettings, 'settings' | 'sources'>,
  providerOptions: ProviderOptions,
): SettingRow[] {
  return settingKeys(settingsSchema(providerOptions)).map(({ keys, secret }) => {
    const value = shown(valueAt(settings, keys));
    const key = keys.join('.');
    return { key, value: secret && value !== null ? MASK : value, source: sources.get(key) ?? 'default' };
  });
}
