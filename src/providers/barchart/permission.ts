import * as z from 'zod';
import type { HttpResponse } from '../../http/http-client.ts';
import type { VortexError } from '../../market/errors.ts';
import { outsideText } from '../../market/outside-text.ts';
import { allowanceUsed, badAnswer, holdsWebPage, webPage } from './errors.ts';

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
  return `barchart says "${outsideText(plain)}"`;
}

/** An error that asks for a sign-in says nothing of the allowance. */
const WANTS_LOGIN = /\b(?:log|logged|sign|signed)[ -]?in\b/i;

const errorOf = (response: HttpResponse): unknown => parse(response)?.error ?? undefined;

/** True when the answer is an error that asks for a sign-in. */
export function asksForLogin(response: HttpResponse): boolean {
  const error = errorOf(response);
  return error !== undefined && WANTS_LOGIN.test(reasonOf(error));
}

/** Why an answer of the download address does not count as one, before it is read; a wish for a sign-in is left to the caller. */
export function downloadProblem(response: HttpResponse, now: number): VortexError | undefined {
  if (response.status !== 200) return undefined;
  if (holdsWebPage(response)) return webPage(response);
  const error = errorOf(response);
  return error === undefined || asksForLogin(response) ? undefined : allowanceUsed(reasonOf(error), now);
}

/**
 * Downloads of the day so far, by an answer that allows another; undefined when it does not say.
 * @throws VortexError `bad-answer`
 */
export function downloadsSoFar(response: HttpResponse): number | undefined {
  const told = parse(response);
  const count = told?.count ?? undefined;
  if (count !== undefined) return Number(count);
  if (told?.success === true) return undefined;
  throw badAnswer('neither success nor count in the answer to the question for permission', response.url);
}
