import * as z from 'zod';
import type { HttpResponse } from '../../http/http-client.ts';
import type { VortexError } from '../../market/errors.ts';
import { allowanceUsed, badAnswer, holdsWebPage, webPage } from './errors.ts';

const LONGEST_QUOTE = 120;

const answer = z.looseObject({
  success: z.boolean().nullish(),
  /** Downloads of the day so far. */
  count: z.union([z.int().min(0), z.string().regex(/^\d+$/)]).nullish(),
  error: z.unknown().optional(),
});

function parse(response: HttpResponse): z.infer<typeof answer> | undefined {
  try {
    return answer.safeParse(JSON.parse(response.body.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

/** The vendor's reason for no download, as a person may read it. */
function reasonOf(error: unknown): string {
  const text = typeof error === 'string' ? error : JSON.stringify(error);
  const plain = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return `barchart says "${plain.length > LONGEST_QUOTE ? `${plain.slice(0, LONGEST_QUOTE)}…` : plain}"`;
}

/** Why a JSON answer of the download address allows no download; undefined when it holds no error. */
export function toldError(response: HttpResponse, now: number): VortexError | undefined {
  const error = parse(response)?.error;
  return error === undefined || error === null ? undefined : allowanceUsed(reasonOf(error), now);
}

/** Looks at the answer to the question for permission before it counts as one. */
export function permissionProblem(response: HttpResponse, now: number): VortexError | undefined {
  if (response.status !== 200) return undefined;
  if (holdsWebPage(response)) return webPage(response);
  return toldError(response, now);
}

/**
 * Downloads of the day so far, by an answer that passed the check.
 * @throws VortexError `bad-answer`
 */
export function downloadsSoFar(response: HttpResponse): number {
  const count = parse(response)?.count;
  if (count === undefined || count === null) {
    throw badAnswer('no count of downloads in the answer to the question for permission', response.url);
  }
  return Number(count);
}
