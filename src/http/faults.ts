import { VortexError, type ErrorCode, type ErrorContext } from '../market/errors.ts';
import type { FaultKind } from './retry.ts';
import type { Timeouts } from './watch.ts';

/** What was wrong with one try; texts are free of secrets. */
export type Fault =
  /** `retryAt`: from Retry-After, milliseconds since the epoch, UTC. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAt: number | undefined }
  | { readonly kind: FaultKind; readonly detail: string; readonly timeouts: Timeouts }
  /** An answer that the provider's `check` would not take, disposition `retry`. */
  | { readonly kind: 'check'; readonly error: VortexError };

/** A request as messages name it. */
export interface Asked {
  readonly provider: string;
  /** Without secrets. */
  readonly url: string;
  readonly job: string | undefined;
  readonly tries: number;
  /** Time used so far, milliseconds. */
  readonly spentMs: number;
}

/** Short name of a fault, for counters. */
export function faultName(fault: Fault): string {
  if (fault.kind === 'status') return String(fault.status);
  return fault.kind === 'check' ? fault.error.code : fault.kind;
}

/** A fault in words: what happened to the try that went to `url`. */
export function describeFault(fault: Fault, url: string): string {
  switch (fault.kind) {
    case 'status':
      return `status ${fault.status} from ${url}`;
    case 'check':
      return fault.error.message;
    case 'connect-timeout':
      return `no connection within ${seconds(fault.timeouts.connectMs)} to ${url}`;
    case 'idle-timeout':
      return `not a byte for ${seconds(fault.timeouts.idleMs)} from ${url}`;
    case 'total-timeout':
      return `not complete within ${seconds(fault.timeouts.totalMs)} from ${url}`;
    case 'network':
    case 'certificate':
    case 'proxy-refused':
    case 'too-large':
    case 'unknown-packing':
      return `${fault.detail}, asking ${url}`;
  }
}

/** The error that ends a request: its tries are used up, or the fault is not worth another one. */
export function faultError(fault: Fault, asked: Asked): VortexError {
  const { url, tries, spentMs } = asked;
  const context = { ...contextOf(asked), fault: faultName(fault) };
  const made = `${tries === 1 ? '1 try' : `${tries} tries`} in ${seconds(spentMs)}`;
  const message = `${asked.provider}: ${made}, the last one: ${describeFault(fault, url)}; ${advice(fault)}`;
  switch (fault.kind) {
    case 'check': {
      const { code, retryAt, cause } = fault.error;
      const told = { ...context, ...fault.error.context };
      return new VortexError(fault.error.message, { code, disposition: 'skip-series', context: told, retryAt, cause });
    }
    case 'status': {
      const code = fault.status === 429 ? 'rate-limited' : 'provider-fault';
      return new VortexError(message, { code, disposition: 'skip-series', context, retryAt: fault.retryAt });
    }
    case 'proxy-refused':
      return new VortexError(message, { code: 'refused', disposition: 'stop-provider', context });
    default:
      return new VortexError(message, { code: CODES[fault.kind], disposition: 'skip-series', context });
  }
}

/** The host asked everybody to stay away for longer than a request lasts; `fault` is this request's own last one, if any. */
export function heldError(host: string, heldUntil: number, asked: Asked, fault: Fault | undefined): VortexError {
  const until = new Date(heldUntil).toISOString();
  const found = fault === undefined ? `not asked: ${host}` : `${describeFault(fault, asked.url)}: it`;
  return new VortexError(
    `${asked.provider}: ${found} wants no request before ${until}; the rest of the run leaves it alone, run again after that`,
    { code: 'rate-limited', disposition: 'skip-series', context: { ...contextOf(asked), until }, retryAt: heldUntil },
  );
}

/** The run was interrupted while this request was waiting or under way. */
export function interruptedError(asked: Asked): VortexError {
  return new VortexError(`${asked.provider}: interrupted while asking ${asked.url}; run again to get the rest`, {
    code: 'interrupted',
    disposition: 'abort-run',
    context: contextOf(asked),
  });
}

const CODES: Readonly<Record<Exclude<FaultKind, 'proxy-refused'>, ErrorCode>> = {
  network: 'network',
  certificate: 'network',
  'connect-timeout': 'timeout',
  'idle-timeout': 'timeout',
  'total-timeout': 'timeout',
  'too-large': 'answer-too-large',
  'unknown-packing': 'bad-answer',
};

function advice(fault: Fault): string {
  switch (fault.kind) {
    case 'certificate':
      return 'if a proxy here inspects traffic, name its certificate in NODE_EXTRA_CA_CERTS';
    case 'proxy-refused':
      return 'check the address, user and password in HTTPS_PROXY or HTTP_PROXY, or name the host in NO_PROXY';
    case 'too-large':
      return 'ask for a shorter range of dates';
    case 'unknown-packing':
      return 'look at what stands between here and the provider';
    case 'network':
      return 'check the network, then try again';
    case 'status':
    case 'check':
    case 'connect-timeout':
    case 'idle-timeout':
    case 'total-timeout':
      return 'try again later';
  }
}

function contextOf({ provider, url, job, tries }: Asked): ErrorContext {
  return { provider, url, job, tries };
}

function seconds(ms: number): string {
  return ms < 100 ? `${Math.max(0, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`;
}
