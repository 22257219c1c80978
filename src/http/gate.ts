import { VortexError } from '../market/errors.ts';

/** Something to wait for that another request brings about; once open it stays open. */
export class Gate {
  readonly #waiting = new Set<() => void>();
  #isOpen = false;

  /** Lets everybody through who waits or will come. */
  open(): void {
    this.#isOpen = true;
    for (const pass of this.#waiting) pass();
    this.#waiting.clear();
  }

  /**
   * Resolves once the gate is open.
   * @throws VortexError `interrupted` as soon as the signal aborts
   */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(pass);
        reject(new VortexError('interrupted while waiting', { code: 'interrupted', disposition: 'abort-run' }));
      };
      const pass = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      if (signal.aborted) stop();
      else if (this.#isOpen) resolve();
      else {
        this.#waiting.add(pass);
        signal.addEventListener('abort', stop, { once: true });
      }
    });
  }
}
