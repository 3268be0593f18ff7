/**
 * Runs all at once. The first failure ends the others; it is thrown when all have ended, so that nothing goes on behind it.
 */
export async function runTogether(runs: readonly ((signal: AbortSignal) => Promise<void>)[], signal?: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  let first: { error: unknown } | undefined;
  const ended = runs.map((run) =>
    run(stop).catch((error: unknown) => {
      first ??= { error };
      failed.abort();
    }),
  );
  await Promise.all(ended);
  if (first) throw first.error;
}
