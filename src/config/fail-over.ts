import * as z from 'zod';

/** Settings of what becomes of a series while its provider is away. */
export const failover = z.strictObject({
  mix: z
    .boolean()
    .default(false)
    .describe(
      'true: the next listed provider serves what is missing of a series whose own is away, where five common bars agree; false: it waits',
    ),
  on_allowance: z
    .boolean()
    .default(false)
    .describe(
      'true: a new series goes to the next listed provider when the allowance of the one before has ended, and stays there; false: it waits for the next day',
    ),
});
