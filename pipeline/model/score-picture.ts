import type { PictureSize } from './ladder/picture-size.ts';

/** Darker and brighter than this on average, a picture is judged less and less (of 255, limited range). */
const DIM = 64;
const BRIGHT = 200;
const BLACK = 16;
const WHITE = 235;
/** From here on more of it makes a picture no better: standard deviation of brightness, and mean step between neighbours. */
const ENOUGH_CONTRAST = 48;
const ENOUGH_DETAIL = 8;
const HISTOGRAM_BINS = 64;
/** What an evenly coloured picture has before a black one. */
const EVEN_PICTURE = 0.02;

/**
 * How well a picture stands for its film, 0 to about 1, by its brightness alone: `luma` has a byte a pixel, rows of `width`. Black,
 * white, even, faded and blurred pictures score low; many different tones with sharp edges score high.
 */
export function scorePicture(luma: Uint8Array, { width }: Pick<PictureSize, 'width'>): number {
  if (luma.length === 0) return 0;
  let sum = 0;
  let squares = 0;
  let steps = 0;
  const histogram = new Uint32Array(HISTOGRAM_BINS);
  luma.forEach((value, index) => {
    sum += value;
    squares += value * value;
    const bin = (value * HISTOGRAM_BINS) >> 8;
    histogram[bin] = (histogram[bin] ?? 0) + 1;
    if (index % width > 0) steps += Math.abs(value - (luma[index - 1] ?? value));
  });
  const mean = sum / luma.length;
  const contrast = Math.sqrt(Math.max(0, squares / luma.length - mean * mean));
  const exposure = share(mean - BLACK, DIM - BLACK) * share(WHITE - mean, WHITE - BRIGHT);
  const tones = entropyBits(histogram, luma.length) / Math.log2(HISTOGRAM_BINS);
  const detail = steps / luma.length;
  const content = share(contrast, ENOUGH_CONTRAST) * tones * Math.sqrt(share(detail, ENOUGH_DETAIL));
  return exposure * (EVEN_PICTURE + content);
}

function entropyBits(histogram: Uint32Array, count: number): number {
  let bits = 0;
  for (const times of histogram) if (times > 0) bits -= (times / count) * Math.log2(times / count);
  return bits;
}

function share(value: number, enough: number): number {
  return Math.min(1, Math.max(0, value / enough));
}
