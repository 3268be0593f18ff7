/** A rung as it came out. */
export interface MeasuredRung {
  height: number;
  crf: number;
  bitsPerSecond: number;
  /** At the size of the best rung, 0 to 1. */
  ssim: number;
}

/** Bits a second; `before`: of the ladder that the other is compared with. */
export interface LadderComparison {
  /** All rungs together: what is encoded and stored. */
  storedBefore: number;
  stored: number;
  /** Viewers of each rung before, in equal numbers, each on the cheapest rung that is as good as far as can be seen. */
  playedBefore: number;
  played: number;
  /** Of them those of the best rung alone: whoever has the bandwidth. */
  bestBefore: number;
  best: number;
  /** What those viewers see on average, as far as can be seen. */
  ssimBefore: number;
  ssim: number;
  /** By how much the worst served of them see less than before. */
  shortfall: number;
}

/** As good: the third decimal of SSIM is nothing that anybody sees. */
const TOLERANCE = 0.001;

/** Both best rung first. `seen`: SSIM above which nobody sees a difference. Where no rung is as good as one before, its viewers get the best. */
export function compareLadders(before: readonly MeasuredRung[], after: readonly MeasuredRung[], seen: number): LadderComparison {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const bitsOf = (rungs: readonly MeasuredRung[]): number => sum(rungs.map(({ bitsPerSecond }) => bitsPerSecond));
  const seenOf = (rungs: readonly MeasuredRung[]): number[] => rungs.map(({ ssim }) => Math.min(ssim, seen));
  const finest = after.reduce((a, b) => (b.ssim > a.ssim ? b : a));
  const played = before.map((rung) => {
    const asGood = after.filter(({ ssim }) => ssim >= Math.min(rung.ssim, seen) - TOLERANCE);
    return asGood.reduce((a, b) => (b.bitsPerSecond < a.bitsPerSecond ? b : a), finest);
  });
  const [seenBefore, seenAfter] = [seenOf(before), seenOf(played)];
  return {
    storedBefore: bitsOf(before),
    stored: bitsOf(after),
    playedBefore: bitsOf(before),
    played: bitsOf(played),
    bestBefore: before[0]?.bitsPerSecond ?? 0,
    best: played[0]?.bitsPerSecond ?? 0,
    ssimBefore: sum(seenBefore) / before.length,
    ssim: sum(seenAfter) / played.length,
    shortfall: Math.max(0, ...seenBefore.map((value, index) => value - (seenAfter[index] as number))),
  };
}
