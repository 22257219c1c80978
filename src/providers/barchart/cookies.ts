/** One cookie as the site or a browser's export has it. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
}

const EXPIRES = /;\s*expires=([^;]+)/i;
const MAX_AGE = /;\s*max-age=(-?\d+)/i;

/** True when the line takes a cookie away. @param date of the answer, by its own head; milliseconds since the epoch */
function isRemoval(line: string, date: number): boolean {
  const maxAge = MAX_AGE.exec(line)?.[1];
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const expires = Date.parse(EXPIRES.exec(line)?.[1] ?? '');
  return expires <= date;
}

/** The cookies of one session at one host; in memory only. */
export class CookieJar {
  readonly #values = new Map<string, string>();

  constructor(cookies: readonly Cookie[] = []) {
    for (const { name, value } of cookies) this.#values.set(name, value);
  }

  /**
   * Takes over what an answer sets. When a cookie ends is judged by the answer's own date: this machine's clock may be wrong.
   * @returns the cookies that were set
   */
  take(headers: Readonly<Record<string, string>>): Cookie[] {
    const date = Date.parse(headers['date'] ?? '');
    const set: Cookie[] = [];
    for (const line of (headers['set-cookie'] ?? '').split('\n')) {
      const pair = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(line);
      const [name = '', value = ''] = [pair?.[1], pair?.[2]?.trim()];
      if (name === '') continue;
      if (isRemoval(line, date)) {
        this.#values.delete(name);
        continue;
      }
      this.#values.set(name, value);
      set.push({ name, value });
    }
    return set;
  }

  /** The value as it stands in the cookie. */
  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** Forgets everything. */
  clear(): void {
    this.#values.clear();
  }

  /** The header of a request; undefined when there are none. */
  header(): string | undefined {
    if (this.#values.size === 0) return undefined;
    return Array.from(this.#values, ([name, value]) => `${name}=${value}`).join('; ');
  }
}
