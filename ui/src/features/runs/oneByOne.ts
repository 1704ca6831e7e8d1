/** Does one thing after the other, in the order asked for. What nobody wants any more when its turn comes is not done. */
export class OneByOne {
  private last: Promise<unknown> = Promise.resolve();

  /** @throws what the work throws, and the signal's reason where it was taken back before its turn */
  next<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const mine = this.last.then(() => {
      signal.throwIfAborted();
      return work();
    });
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
