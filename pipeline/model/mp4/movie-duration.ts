import { rescale, type Ticks, VIDEO_TIMESCALE } from '../time.ts';
import { readBoxHeader, readUint32, viewOf } from './box.ts';

/** As many bytes of a moov box as its stated duration needs, where mvhd comes first in it, as it does in nearly all files. */
export const MOVIE_HEADER_BYTES = 64;
/** Of mvhd, to the end of its duration, in the longer of its two versions. */
const LONG_FIELDS_BYTES = 32;

/** How long a movie says that it is, by the first bytes of its moov box. Undefined where that does not stand there, or is unknown. Throws BoxError. */
export function statedMovieTicks(bytes: Uint8Array): Ticks | undefined {
  const moov = readBoxHeader(bytes, 0);
  const header = moov && readBoxHeader(bytes, moov.bodyStart);
  if (header?.type !== 'mvhd' || bytes.length < header.bodyStart + LONG_FIELDS_BYTES) return undefined;
  const isLong = bytes[header.bodyStart] === 1;
  const timescale = readUint32(bytes, header.bodyStart + (isLong ? 20 : 12));
  const durationAt = header.bodyStart + (isLong ? 24 : 16);
  const duration = isLong ? Number(viewOf(bytes).getBigUint64(durationAt)) : readUint32(bytes, durationAt);
  const isUnknown = duration === 0 || duration === 0xffffffff || !Number.isSafeInteger(duration * VIDEO_TIMESCALE);
  return timescale === 0 || isUnknown ? undefined : rescale(duration, timescale, VIDEO_TIMESCALE);
}
