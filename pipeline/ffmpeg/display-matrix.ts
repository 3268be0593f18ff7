import type { VideoStreamInfo } from '../model/source-info.ts';

export type Orientation = Required<Pick<VideoStreamInfo, 'rotationDegrees' | 'isMirrored'>>;

const UPRIGHT: Orientation = { rotationDegrees: 0, isMirrored: false };

/**
 * What to do to a decoded picture so that it stands as its display matrix shows it, to the nearest quarter turn. `text` is
 * the matrix (ISO/IEC 14496-12 8.5.2.3: a b u, c d v, x y w) as ffprobe prints it, three rows of three numbers, each after
 * its row's number. Anything else, and a matrix of zeros, leaves the picture as it is.
 */
export function parseDisplayMatrix(text: string | undefined): Orientation {
  const rows = (text ?? '').split('\n').flatMap((line) => {
    const numbers = /^\d+:\s+(-?\d+)\s+(-?\d+)\s+-?\d+$/.exec(line.trim());
    return numbers ? [[Number(numbers[1]), Number(numbers[2])] as const] : [];
  });
  const [[a, b] = [0, 0], [c, d] = [0, 0]] = rows;
  const determinant = a * d - b * c;
  if (determinant === 0) return UPRIGHT;
  const isMirrored = determinant < 0;
  // The picture is mirrored first, which turns the sign of what its x goes to.
  const sign = isMirrored ? -1 : 1;
  const quarters = Math.round(Math.atan2(sign * b, sign * a) / (Math.PI / 2));
  return { rotationDegrees: ([0, 90, 180, 270] as const)[((quarters + 4) % 4) as 0 | 1 | 2 | 3], isMirrored };
}
