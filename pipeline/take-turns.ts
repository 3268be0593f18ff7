import PQueue from 'p-queue';

/** Runs work when its turn comes. Called off before that, it never begins, and its caller does not wait any longer. */
export type TakeTurns = (work: () => Promise<void>, signal: AbortSignal) => Promise<void>;

/** First come, first served, `atOnce` of them together. What the work throws, its caller gets. */
export function createTurns(atOnce: number): TakeTurns {
  const queue = new PQueue({ concurrency: atOnce });
  return (work, signal) =>
    new Promise((resolve, reject) => {
      let hasBegun = false;
      const giveUp = (): void => {
        if (!hasBegun) resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      const turn = queue.add(async () => {
        if (signal.aborted) return;
        hasBegun = true;
        await work();
      });
      turn.then(resolve, reject);
      if (signal.aborted) giveUp();
    });
}
