/** What a stand-in answers, before any fault is put upon it. */
export interface Answer {
  readonly status: number;
  /** Names in lower case, a list for one that stands several times; the length is set when it is sent. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

/** A JSON answer of the sandbox's own pages. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json;charset=utf-8' }, body: JSON.stringify(value) };
}
