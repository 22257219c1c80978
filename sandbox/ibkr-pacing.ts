/** How often history was asked for, by the clock of the sandbox: the limits of bars of 30 seconds and less. */
export class PacingWindows {
  #asked: { readonly at: number; readonly identity: string; readonly contract: string }[] = [];

  /** Counts a request; false when it is one too many. @param now milliseconds since the epoch, UTC */
  allows(identity: string, contract: string, now: number): boolean {
    this.#asked = this.#asked.filter(({ at }) => at > now - 600_000);
    const since = (ms: number) => this.#asked.filter(({ at }) => at > now - ms);
    const isAllowed =
      !since(15_000).some((asked) => asked.identity === identity) &&
      since(2_000).filter((asked) => asked.contract === contract).length < 5 &&
      this.#asked.length < 60;
    this.#asked.push({ at: now, identity, contract });
    return isAllowed;
  }
}
