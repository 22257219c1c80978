import * as z from 'zod';

/** About one request for history a second is what the server bears for long. */
export const PACE_MS = 1_000;

/** What the settings under `providers.ibkr` may hold. */
export const Options = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Where TWS or IB Gateway runs'),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .default(4001)
    .describe('IB Gateway listens on 4001 (paper account: 4002), TWS on 7496 (paper: 7497)'),
  client_id: z
    .int()
    .min(0)
    .max(2_000_000_000)
    .default(86)
    .describe('Number of this client at TWS; when it is taken the next ones are tried'),
  pace_ms: z
    .int()
    .min(0)
    .default(PACE_MS)
    .describe('Least time between the starts of two requests for history, milliseconds'),
  timeout_ms: z.int().min(1).default(60_000).describe('How long one answer is waited for, milliseconds'),
});

/** What the settings of the provider come to. */
export type IbkrOptions = z.infer<typeof Options>;
