import type { AvcConfiguration } from './avc-configuration.ts';
import { BoxError, readUint32 } from './box.ts';

const NON_IDR_SLICE = 1;
const IDR_SLICE = 5;
const SPS = 7;
const PPS = 8;

/**
 * Looks into one coded picture of four-byte NAL unit lengths (ISO/IEC 14496-15 5.3.2): whether it is an IDR picture. Throws
 * BoxError where its lengths are wrong, it holds no slice, or it brings parameter sets that the configuration lacks.
 */
export function isIdrSample(data: Uint8Array, { sps, pps }: Pick<AvcConfiguration, 'sps' | 'pps'>): boolean {
  let slice: number | undefined;
  for (let offset = 0; offset < data.length; ) {
    const start = offset + 4;
    const end = start + readUint32(data, offset);
    if (end === start || end > data.length) throw new BoxError('A NAL unit reaches past its sample', offset);
    const type = (data[start] as number) & 0x1f;
    if (type >= NON_IDR_SLICE && type <= IDR_SLICE) slice ??= type;
    if ((type === SPS && !hasSame(sps, data, start, end)) || (type === PPS && !hasSame(pps, data, start, end)))
      throw new BoxError('A parameter set changes on the way', start);
    offset = end;
  }
  if (slice === undefined) throw new BoxError('A sample holds no picture', 0);
  return slice === IDR_SLICE;
}

function hasSame(sets: readonly Uint8Array[], data: Uint8Array, start: number, end: number): boolean {
  return sets.some((set) => set.length === end - start && set.every((byte, index) => byte === data[start + index]));
}
