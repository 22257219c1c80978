import type { ZodType } from 'zod';
import type { Provider } from './provider.ts';
import { barchart } from './barchart/index.ts';
import { dukascopy } from './dukascopy/index.ts';
import { ibkr } from './ibkr/index.ts';
import { sandbox } from './sandbox/index.ts';
import { yahoo } from './yahoo/index.ts';

/** Every provider there is, one explicit list. */
export const PROVIDERS: readonly Provider[] = [yahoo, barchart, ibkr, dukascopy, sandbox];

/** What the settings of each provider may hold, by its id. */
export const PROVIDER_OPTIONS: Readonly<Record<string, ZodType>> = Object.fromEntries(
  PROVIDERS.map((provider) => [provider.id, provider.Options]),
);
