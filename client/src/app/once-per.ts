/**
 * Runs an action for a key at once, and then at most once per interval, always once more after the last call: events
 * come in bursts, and what they announce is fetched.
 */
export function oncePer(intervalMs: number, action: (key: string) => Promise<void>): (key: string) => void {
  const resting = new Map<string, { isDue: boolean }>();

  return function call(key: string): void {
    const rest = resting.get(key);
    if (rest !== undefined) {
      rest.isDue = true;
      return;
    }
    const own = { isDue: false };
    resting.set(key, own);
    void action(key);
    setTimeout(() => {
      resting.delete(key);
      if (own.isDue) call(key);
    }, intervalMs);
  };
}
