/** What a provider asks of the network. One request is one answer: retries, pace and breaker are inside. */
export interface HttpRequest {
  readonly method?: 'GET' | 'POST';
  /** One address, or equal ones to take turns on after a failure. */
  readonly url: string | readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Form fields of a POST. */
  readonly form?: Readonly<Record<string, string>>;
  /**
   * Tag of the log lines and of the raw archive: the answer is kept with the series of this job. Absent for what says
   * nothing of bars and may hold secrets: log-ins, pages with tokens.
   */
  readonly job?: string;
  /** False for what carries no bars (a log-in, a page with a token): its answer is not kept in the raw archive. */
  readonly isKept?: boolean;
  /**
   * Looks at an answer before it counts as one. An error of disposition `retry` makes the client try again and counts
   * against the provider; any other error ends the request.
   */
  readonly check?: (response: HttpResponse) => Error | undefined;
}

/** An answer, whole: its length was checked and it was decompressed. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; the lines of several `set-cookie` stand one under the other, separated by `\n`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The address asked, secrets removed. */
  readonly url: string;
  /** Milliseconds since the epoch, UTC. */
  readonly requestedAt: number;
}

/** The client as one provider sees it. */
export interface HttpClient {
  /**
   * Statuses 408, 429 and 5xx, network faults and time-outs are tried again and end as VortexErrors (`rate-limited`,
   * `provider-fault`, `network`, `timeout`, `answer-too-large`, `circuit-open`, `interrupted`); every other status is an answer.
   * A GET follows redirects on the same host; any other redirect, and one that sets cookies, is an answer.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
  /** From now on this text (a token, a cookie's value) is masked in logs and errors. */
  keepSecret(text: string): void;
}

/** What the requests of one provider are held to. */
export interface HttpLimits {
  /** Least time between the starts of two requests to one host, milliseconds. */
  readonly paceMs: number;
}

/** Where the log lines go; a pino logger fits. Fields and messages are free of secrets. */
export interface HttpLog {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
}

type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
