import type { AxiosInstance } from 'axios';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Way } from './agents.ts';
import { BodyFault, receiveBody, unpackBody } from './body.ts';
import { isRetryStatus, type FaultKind } from './retry.ts';
import { Watch, type Timeouts, type Verdict } from './watch.ts';

/** One question to one address. */
export interface Question {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly way: Way;
  /** Certificates to trust in place of the built-in ones, PEM. */
  readonly ca: string | undefined;
  readonly timeouts: Timeouts;
  readonly maxBodyBytes: number;
}

/** A status and a whole body; the body is empty for statuses that are tried again. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** No answer, and why; the detail may hold secrets. */
export interface Failure {
  readonly kind: 'failure';
  readonly fault: Verdict;
  readonly detail: string;
}

/**
 * Asks once and receives the whole answer.
 * @throws TypeError when the question itself cannot be sent; faults of the outside are returned
 */
export async function exchange(
  axios: AxiosInstance,
  question: Question,
  signal: AbortSignal,
): Promise<Answer | Failure> {
  const { way, url, maxBodyBytes } = question;
  const watch = new Watch(url, way.proxy !== undefined, question.ca, question.timeouts, signal);
  let started: IncomingMessage | undefined;
  try {
    const response = await axios.request<IncomingMessage>({
      url: url.href,
      method: question.method,
      headers: question.headers,
      data: question.body,
      httpAgent: way.agent,
      httpsAgent: way.agent,
      transport: watch,
    });
    started = response.data;
    const refusal = proxyRefusal(watch, way, response.status);
    if (refusal !== undefined) {
      started.destroy();
      return refusal;
    }
    const packed = await receiveBody(started, maxBodyBytes, () => {
      watch.heard();
    });
    const body = isRetryStatus(response.status) ? packed : await unpackBody(packed, started, maxBodyBytes);
    return { kind: 'answer', status: response.status, headers: started.headers, body };
  } catch (error) {
    const failure = explainFailure(error, watch);
    const status = started?.statusCode ?? 0;
    if (started === undefined || failure.fault === 'interrupted' || !isRetryStatus(status)) return failure;
    // Of an answer that says "later" only the head counts.
    return { kind: 'answer', status, headers: started.headers, body: Buffer.alloc(0) };
  } finally {
    watch.close();
  }
}

/** A proxy's own "no" must not pass for an answer of the provider. */
function proxyRefusal(watch: Watch, way: Way, status: number): Failure | undefined {
  const { refusedTunnel } = watch;
  if (way.proxy === undefined || (refusedTunnel === undefined && status !== 407)) return undefined;
  const fault = (refusedTunnel ?? status) >= 500 ? 'network' : 'proxy-refused';
  return { kind: 'failure', fault, detail: `the proxy ${way.proxy} answered with status ${refusedTunnel ?? status}` };
}

/** Why a request came to nothing. @throws TypeError when it could not be sent at all */
export function explainFailure(error: unknown, watch: Watch): Failure {
  if (watch.verdict !== undefined) return { kind: 'failure', fault: watch.verdict, detail: '' };
  if (error instanceof BodyFault) return { kind: 'failure', fault: error.kind, detail: error.message };
  if (error instanceof TypeError || !(error instanceof Error)) throw error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { kind: 'failure', fault: kindOf(code), detail: explain(code, error.message) };
}

function kindOf(code: string): FaultKind {
  const isCertificate = code.startsWith('CERT_') || /^ERR_TLS_CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code);
  return isCertificate ? 'certificate' : 'network';
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
  ECONNRESET: 'the connection was cut (ECONNRESET)',
  EPIPE: 'the connection was cut (EPIPE)',
  ENOTFOUND: 'no such host (ENOTFOUND)',
  EAI_AGAIN: 'the name could not be looked up (EAI_AGAIN)',
  ENETUNREACH: 'the network is unreachable (ENETUNREACH)',
  EHOSTUNREACH: 'the host is unreachable (EHOSTUNREACH)',
  ETIMEDOUT: 'the connection timed out (ETIMEDOUT)',
};

function explain(code: string, message: string): string {
  return WORDS[code] ?? (code === '' || message.includes(code) ? message : `${message} (${code})`);
}
