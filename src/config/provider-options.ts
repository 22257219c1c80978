import type * as z from 'zod';

/** The schema of each provider's settings, by its id. */
export type ProviderOptions = Readonly<Record<string, z.ZodType>>;

/** Builds something from the options when it is first asked for, and once only for the same options: start-up time. */
export function builtOnce<Built>(build: (options: ProviderOptions) => Built): (options: ProviderOptions) => Built {
  const known = new WeakMap<ProviderOptions, { readonly built: Built }>();
  return (options) => {
    let entry = known.get(options);
    if (entry === undefined) {
      entry = { built: build(options) };
      known.set(options, entry);
    }
    return entry.built;
  };
}
