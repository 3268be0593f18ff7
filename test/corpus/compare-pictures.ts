/** Brightness of a picture, 0..255, as PICTURE_SIDE × PICTURE_SIDE means. */
export type Luma = readonly number[];

export const PICTURE_SIDE = 16;

/** A picture of the source, upright. */
export interface ReferenceFrame {
  /** From the first picture on. */
  seconds: number;
  /** As it is to be shown. */
  aspect: number;
  luma: Luma;
}

export interface ShownPicture {
  seconds: number;
  width: number;
  height: number;
  luma: Luma;
}

/** Pictures this near to the place may be the one that is shown. */
const NEAR_SECONDS = 0.3;
/** Standard deviations of brightness. */
const HAS_PICTURE = 8;
const IS_BLANK = 2;
/** Tone mapping and scaling change the values; what is where stays: another picture, or one on its side, correlates less. */
const LEAST_CORRELATION = 0.6;

/** What is wrong with a shown picture beside the source's around its time; undefined where nothing is. */
export function findPictureFault(shown: ShownPicture, reference: readonly ReferenceFrame[]): string | undefined {
  const before = reference.findLast(({ seconds }) => seconds <= shown.seconds);
  const near = reference.filter((frame) => frame === before || Math.abs(frame.seconds - shown.seconds) <= NEAR_SECONDS);
  const aspects = (near.length > 0 ? near : reference.slice(0, 1)).map(({ aspect }) => aspect);
  const at = `at ${shown.seconds.toFixed(2)} s`;
  if (aspects.length > 0 && !aspects.some((aspect) => fits(shown, aspect))) {
    return `${shown.width}×${shown.height} ${at}, where the source's shape is ${aspects[0]?.toFixed(3)}:1`;
  }
  const pictures = near.filter(({ luma }) => spread(luma) >= HAS_PICTURE);
  if (pictures.length === 0 || pictures.length < near.length) return undefined;
  if (spread(shown.luma) < IS_BLANK) return `blank ${at}`;
  const best = Math.max(...pictures.map(({ luma }) => correlation(luma, shown.luma)));
  return best < LEAST_CORRELATION ? `another picture than the source's ${at} (correlation ${best.toFixed(2)})` : undefined;
}

/** Sizes are whole and even, which shows in small ones. */
function fits({ width, height }: ShownPicture, aspect: number): boolean {
  return Math.abs(height - width / aspect) <= 2 + height * 0.01 || Math.abs(width - height * aspect) <= 2 + width * 0.01;
}

/** The standard deviation. */
export function spread(luma: Luma): number {
  const mean = average(luma);
  return Math.sqrt(average(luma.map((value) => (value - mean) ** 2)));
}

/** Pearson's, -1..1; 0 where one of them is flat. */
export function correlation(a: Luma, b: Luma): number {
  const [meanA, meanB, spreadA, spreadB] = [average(a), average(b), spread(a), spread(b)];
  if (spreadA === 0 || spreadB === 0) return 0;
  return average(a.map((value, index) => (value - meanA) * ((b[index] ?? meanB) - meanB))) / (spreadA * spreadB);
}

function average(values: Luma): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
