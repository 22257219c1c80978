import { DAY_MS } from '../src/market/period.ts';
import { localDate } from '../src/market/time-zone.ts';

/** One visitor, as the site knows it by its session cookie. */
export interface Visitor {
  readonly id: string;
  /** What forms must carry. */
  readonly formToken: string;
  /** What XSRF-TOKEN cookies were given to it, decoded; the last one is the newest. */
  readonly tokens: string[];
  isIn: boolean;
}

/** Downloads per day of a paying account. */
const ALLOWANCE = 250;
const MOST_VISITORS = 1_000;

/** Text in base64 that ends in `=`, as encrypted cookies do: in a cookie it stands as `%3D`. */
function sealed(text: string): string {
  return Buffer.from(text.padEnd(Math.ceil((text.length - 1) / 3) * 3 + 1, '.')).toString('base64');
}

/** Sessions and the count of downloads of the one account there is. */
export class BarchartAccount {
  readonly #visitors = new Map<string, Visitor>();
  readonly #downloads = new Map<number, number>();
  #made = 0;
  #logins = 0;
  #refused = 0;

  /** The visitor of a session cookie; a new one when the site knows none. */
  visitor(id: string | undefined): Visitor {
    return this.#visitors.get(id ?? '') ?? this.#welcome(false);
  }

  #welcome(isIn: boolean): Visitor {
    this.#made += 1;
    const id = sealed(`session-${this.#made}-of-the-sandbox`);
    const visitor: Visitor = { id, formToken: `sandboxFormToken${this.#made}x`, tokens: [], isIn };
    this.#visitors.set(id, visitor);
    const [oldest] = this.#visitors.keys();
    if (this.#visitors.size > MOST_VISITORS && oldest !== undefined) this.#visitors.delete(oldest);
    return visitor;
  }

  /** A new XSRF-TOKEN of the visitor, not yet encoded. */
  renew(visitor: Visitor): string {
    this.#made += 1;
    const token = sealed(`xsrf-${this.#made}-of-the-sandbox`);
    visitor.tokens.push(token);
    if (visitor.tokens.length > 100) visitor.tokens.shift();
    return token;
  }

  /** Takes the only account, demo with the password demo. @returns the visitor, now under a new session when it is in */
  signIn(visitor: Visitor, email: string | null, password: string | null): Visitor {
    this.#logins += 1;
    if (email !== 'demo' || password !== 'demo') {
      this.#refused += 1;
      return visitor;
    }
    this.#visitors.delete(visitor.id);
    return this.#welcome(true);
  }

  signOut(visitor: Visitor): void {
    this.#visitors.delete(visitor.id);
  }

  /** Ends every session, as a restart of the site does. */
  forgetAll(): void {
    this.#visitors.clear();
  }

  /** Downloads on the day of Chicago that is going at `now`. */
  downloads(now: number): number {
    return this.#downloads.get(localDate(now, 'America/Chicago') / DAY_MS) ?? 0;
  }

  addDownload(now: number): void {
    this.#downloads.set(localDate(now, 'America/Chicago') / DAY_MS, this.downloads(now) + 1);
  }

  /** Why no download is allowed; undefined when one is. */
  refusal(now: number, quota = ALLOWANCE): string | undefined {
    return this.downloads(now) < quota ? undefined : `You have reached your daily limit of ${quota} downloads.`;
  }

  counts(now: number): Record<string, number> {
    return { downloads: this.downloads(now), logins: this.#logins, refusedLogins: this.#refused };
  }
}
