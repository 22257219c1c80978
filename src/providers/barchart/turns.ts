/** One after the other: each answer of the site renews the token that the next request needs. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Does the work when those before it are through; at once when the signal has aborted, for the work to say so. */
  async run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    const before = this.#last;
    let pass = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      pass = resolve;
    });
    this.#last = before.then(() => done);
    try {
      await untilEither(before, signal);
      return await work();
    } finally {
      pass();
    }
  }
}

function untilEither(before: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      signal.removeEventListener('abort', go);
      resolve();
    };
    if (signal.aborted) go();
    signal.addEventListener('abort', go, { once: true });
    void before.then(go);
  });
}
