import * as z from 'zod';

const words = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).transform((given) => String(given));

const symbol = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => !text.startsWith('-'), { error: 'must not begin with a dash' });

/** The body of POST /runs: what `download` takes. Everything may be left out. */
const body = z.strictObject({
  symbols: z.array(symbol).max(10_000).default([]),
  provider: words.optional(),
  class: z.string().optional(),
  period: words.optional(),
  start: z.string().optional(),
  end: z.string().optional(),
  force: z.boolean().optional(),
});

/** What a run is asked for. */
export interface RunWish {
  readonly symbols: readonly string[];
  readonly provider?: string;
  readonly class?: string;
  readonly period?: string;
  readonly start?: string;
  readonly end?: string;
  readonly force?: boolean;
}

/** Everything that the settings want. */
export const WHOLE_JOB: RunWish = { symbols: [] };

/** Reads a body; an absent one asks for the whole job. @returns the wish, or what is wrong with it, one line each */
export function readBody(given: unknown): RunWish | readonly string[] {
  const read = body.safeParse(given === undefined ? {} : given, { jitless: true });
  if (!read.success) {
    return read.error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') {
        const known = Object.keys(body.shape).join(', ');
        return issue.keys.map((key) => `${JSON.stringify(key.slice(0, 40))} is not known; known here: ${known}`);
      }
      return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
    });
  }
  const { symbols, ...rest } = read.data;
  const named = Object.entries(rest).filter(([, value]) => value !== undefined);
  return symbols.length === 0 && named.length === 0 ? WHOLE_JOB : { symbols, ...Object.fromEntries(named) };
}
