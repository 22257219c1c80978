import { asVortexError } from '../market/errors.ts';
import type { ProviderSession } from '../providers/provider.ts';

/** The sessions of a run: each opened with its provider's first job, all closed at the end. */
export class Sessions {
  readonly #open: (id: string) => Promise<ProviderSession>;
  readonly #opened = new Map<string, Promise<ProviderSession>>();

  constructor(open: (id: string) => Promise<ProviderSession>) {
    this.#open = open;
  }

  /** The session of that provider. @throws VortexError when it cannot be opened, each time it is asked for */
  of(id: string): Promise<ProviderSession> {
    let session = this.#opened.get(id);
    if (session === undefined) {
      session = this.#open(id);
      this.#opened.set(id, session);
    }
    return session;
  }

  /** Closes all. Whether one could be opened was told with its first job; what it says at its end undoes nothing. */
  async close(warn: (message: string) => void): Promise<void> {
    for (const opening of this.#opened.values()) {
      const session = await opening.catch(() => undefined);
      try {
        await session?.close?.();
      } catch (error) {
        warn(`a provider's session did not end in order: ${asVortexError(error).message}`);
      }
    }
  }
}
