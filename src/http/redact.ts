/** What stands where a secret stood. */
const mask = '***';

/** Shorter secrets are not searched for: masking them would eat ordinary text. */
const shortestSecret = 4;

const secretName =
  /(?:^|[_.-])(?:crumb|key|auth|pwd|sig|signature|session|sessionid)$|(?:token|api-?key|passwd|password|secret)$/i;

const userInfo = /\/\/[^/?#\s]*@/g;
const parameterInUrl = /([?&;#])([^=&;#]+)=([^&#]*)/g;
const parameterInText = /([?&;#])([^=&;#\s]+)=([^&#\s"<>]*)/g;
const headerLine =
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]*(?:token|key|crumb|auth))(["']?\s*[:=]\s*)[^\r\n]+/gi;
const bearer = /\b(Bearer|Basic)\s+[\w.~+/=-]+/g;
const namedValue = /\b((?:[\w-]*(?:token|api_?key|passwd|password|secret))|crumb)(["']?\s*[:=]\s*["']?)[^\s"'&,;<>]+/gi;

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

  /** From now on this text is masked wherever it occurs, plain or percent-encoded. Under 4 characters it is ignored. */
  register(secret: string): void {
    if (secret.length < shortestSecret) return;
    const forms = [secret, encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1)];
    this.#secrets = [...new Set([...this.#secrets, ...forms])].sort((a, b) => b.length - a.length);
  }

  /** An address without secrets. */
  url(url: string): string {
    return this.#registered(withoutParameters(withoutUserInfo(url), parameterInUrl));
  }

  /** Free text without secrets: messages, header lines, addresses within them. */
  text(text: string): string {
    return this.#registered(
      withoutParameters(withoutUserInfo(text), parameterInText)
        .replace(headerLine, `$1$2${mask}`)
        .replace(bearer, `$1 ${mask}`)
        .replace(namedValue, `$1$2${mask}`),
    );
  }

  #registered(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) if (clean.includes(secret)) clean = clean.replaceAll(secret, mask);
    return clean;
  }
}

function withoutUserInfo(text: string): string {
  return text.includes('@') ? text.replace(userInfo, `//${mask}@`) : text;
}

function withoutParameters(text: string, parameter: RegExp): string {
  if (!text.includes('=')) return text;
  return text.replace(parameter, (whole: string, before: string, name: string) =>
    secretName.test(name) ? `${before}${name}=${mask}` : whole,
  );
}
