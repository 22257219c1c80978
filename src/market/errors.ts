import { visibleText } from './outside-text.ts';

/** What the runner does about an error. It acts on this, never on message text or class. */
export type Disposition = 'retry' | 'skip-series' | 'stop-provider' | 'abort-run';

/** Stable names of everything that can go wrong; scripts and tests match on these. */
export type ErrorCode =
  // the person's side
  | 'usage'
  | 'config-invalid'
  | 'port-in-use'
  // the data folder
  | 'folder-locked'
  | 'folder-unusable'
  | 'disk-full'
  | 'file-corrupt'
  // the provider's side
  | 'no-such-symbol'
  | 'not-servable'
  /** The series is bound to a provider that the run does not ask. */
  | 'bound-elsewhere'
  | 'bad-answer'
  /** The source has no bar at all of a series that is wanted by its name. */
  | 'no-bars'
  /** The source says that its bars begin earlier than it answers. */
  | 'contradiction'
  /** The source's series is another one than that of the stored bars. */
  | 'identity-changed'
  /** The series stands still while sessions pass. */
  | 'stale'
  /** No series of an exchange has a session that its table has. */
  | 'market-silent'
  | 'html-answer'
  | 'answer-too-large'
  | 'rate-limited'
  | 'provider-fault'
  | 'network'
  | 'timeout'
  | 'circuit-open'
  | 'refused'
  | 'bot-wall'
  | 'allowance-used'
  // the run
  | 'request-limit'
  | 'stopped-early'
  | 'interrupted'
  | 'internal';

/** Facts about an error, for logs and reports. Never holds a secret. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>;

interface VortexErrorOptions {
  readonly code: ErrorCode;
  readonly disposition: Disposition;
  readonly context?: ErrorContext;
  /** When the provider said to come back: milliseconds since the epoch, UTC. */
  readonly retryAt?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The only error that leaves a room. The message says what was being done, with which value, and what to do next; control
 * characters in it are shown as `\x1b`.
 */
export class VortexError extends Error {
  readonly code: ErrorCode;
  readonly disposition: Disposition;
  readonly context: ErrorContext;
  readonly retryAt: number | undefined;

  constructor(message: string, options: VortexErrorOptions) {
    super(visibleText(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'VortexError';
    this.code = options.code;
    this.disposition = options.disposition;
    this.context = options.context ?? {};
    this.retryAt = options.retryAt;
  }
}

/** A mistake in how the program was called: exit code 2, nothing was requested. */
export function usageError(message: string): VortexError {
  return new VortexError(message, { code: 'usage', disposition: 'abort-run' });
}

/** Wraps what should never happen, so that only VortexErrors leave a room. */
export function asVortexError(error: unknown): VortexError {
  if (error instanceof VortexError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new VortexError(message, { code: 'internal', disposition: 'abort-run', cause: error });
}
