/**
 * With `THOROUGH=1`, as in CI, whole matrices of sources are tested; else each of their rows and columns at least once, so that
 * `npm test` stays a matter of minutes.
 */
const IS_THOROUGH = process.env.THOROUGH === '1';

/** Every value where all are wanted; else those at places `index`, `index` + `step`, …: `step` calls with other indexes cover all. */
export function sampled<T>(values: readonly T[], index: number, step = values.length): T[] {
  return IS_THOROUGH ? [...values] : values.filter((_, place) => place % step === index % step);
}
