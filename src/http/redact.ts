/** What stands where a secret stood. */
const MASK = '***';

/** Shorter secrets are not searched for: masking them would eat ordinary text. */
const SHORTEST_SECRET = 4;

const SECRET_NAME =
  /(?:^|[_.-])(?:crumb|key|auth|pwd|sig|signature|session|sessionid)$|(?:token|api-?key|passwd|password|secret)$/i;

const USER_INFO = /\/\/[^/?#\s]*@/g;
const PARAMETER_IN_URL = /([?&;#])([^=&;#]+)=([^&#]*)/g;
const PARAMETER_IN_TEXT = /([?&;#])([^=&;#\s]+)=([^&#\s"<>]*)/g;
const HEADER_LINE =
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]*(?:token|key|crumb|auth))(["']?\s*[:=]\s*)[^\r\n]+/gi;
const BEARER = /\b(Bearer)\s+[^\s"',;]{6,}/gi;
const NAMED_VALUE =
  /\b([\w-]*(?:token|api_?key|passwd|password|secret)|crumb)(["']?\s*=\s*["']?|["']\s*:\s*["']|:\s*(?=\S{8}))[^\s"'&,;<>]+/gi;

/**
 * Removes secrets from everything that leaves the room: query values with telling names (crumb, token, key, apikey,
 * password …), user-info of addresses, credentials in header lines, and every secret registered here.
 */
export class Redactor {
  /** Longest first, so that a secret within a secret leaves no rest. */
  #secrets: readonly string[] = [];

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.register(secret);
  }

  /** From now on this text is masked wherever it occurs, plain, percent-encoded or escaped as in JSON. Under 4 characters it is ignored. */
  register(secret: string): void {
    if (secret.length < SHORTEST_SECRET) return;
    const forms = [
      secret,
      encodeURIComponent(secret),
      new URLSearchParams([['', secret]]).toString().slice(1),
      // As it stands in JSON.
      JSON.stringify(secret).slice(1, -1),
    ];
    this.#secrets = [...new Set([...this.#secrets, ...forms])].sort((a, b) => b.length - a.length);
  }

  /** An address without secrets. */
  url(url: string): string {
    return this.registered(withoutParameters(withoutUserInfo(url), PARAMETER_IN_URL));
  }

  /** Free text without secrets: messages, header lines, addresses within them. */
  text(text: string): string {
    return this.registered(
      withoutParameters(withoutUserInfo(text), PARAMETER_IN_TEXT)
        .replace(HEADER_LINE, `$1$2${MASK}`)
        .replace(BEARER, `$1 ${MASK}`)
        .replace(NAMED_VALUE, `$1$2${MASK}`),
    );
  }

  /** A body without registered secrets; nothing else in it is touched. The same object when it has none. */
  body(body: Buffer): Buffer {
    if (!this.#secrets.some((secret) => body.includes(secret))) return body;
    // Latin 1 keeps every byte as it is.
    let clean = body.toString('latin1');
    for (const secret of this.#secrets) clean = clean.replaceAll(Buffer.from(secret).toString('latin1'), MASK);
    return Buffer.from(clean, 'latin1');
  }

  /** Text without registered secrets; nothing else in it is touched. */
  registered(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) if (clean.includes(secret)) clean = clean.replaceAll(secret, MASK);
    return clean;
  }
}

function withoutUserInfo(text: string): string {
  return text.includes('@') ? text.replace(USER_INFO, `//${MASK}@`) : text;
}

function withoutParameters(text: string, parameter: RegExp): string {
  if (!text.includes('=')) return text;
  return text.replace(parameter, (whole: string, before: string, name: string) =>
    SECRET_NAME.test(name) ? `${before}${name}=${MASK}` : whole,
  );
}
