import type { Ticks } from '../time.ts';
import { type Box, findBox, readBoxes, readInt32, readUint32, requireBox } from './box.ts';

/** Of a track: how long after it is decoded a keyframe is shown at the latest, on the track's own timescale. */
export interface KeyframeDelay {
  ticks: Ticks;
  timescale: number;
}

/**
 * The largest composition offset of the sync samples (ISO/IEC 14496-12 8.6.1.3, 8.6.2) of a movie's `trackIndex`-th track.
 * `movie`: the whole moov box. Undefined where that is no track of pictures, or its samples are told of elsewhere
 * (fragments). Throws BoxError.
 */
export function readKeyframeDelay(movie: Uint8Array, trackIndex: number): KeyframeDelay | undefined {
  const moov = requireBox(movie, ['moov']);
  const children = readBoxes(movie, moov.bodyStart, moov.end);
  const track = children.filter(({ type }) => type === 'trak')[trackIndex];
  if (!track || children.some(({ type }) => type === 'mvex')) return undefined;
  const inTrack = (...path: string[]): Box | undefined => findBox(movie, ['mdia', ...path], track.bodyStart, track.end);
  const [header, handler] = [inTrack('mdhd'), inTrack('hdlr')];
  if (!header || !handler || readUint32(movie, handler.bodyStart + 8, handler.end) !== VIDE) return undefined;
  const isLong = movie[header.bodyStart] === 1;
  const timescale = readUint32(movie, header.bodyStart + (isLong ? 20 : 12), header.end);
  const offsets = inTrack('minf', 'stbl', 'ctts');
  if (!offsets) return { ticks: 0, timescale };
  return { ticks: largestOffset(movie, offsets, inTrack('minf', 'stbl', 'stss')), timescale };
}

/** 'vide' */
const VIDE = 0x76696465;

/** Offsets of either version are read as signed, as demuxers do; negative ones move the whole track, by the smallest. */
function largestOffset(movie: Uint8Array, offsets: Box, syncSamples: Box | undefined): Ticks {
  const runs = readUint32(movie, offsets.bodyStart + 4, offsets.end);
  const syncCount = syncSamples ? readUint32(movie, syncSamples.bodyStart + 4, syncSamples.end) : 0;
  let [largest, smallest, firstSample, sync] = [0, 0, 1, 0];
  for (let run = 0; run < runs; run++) {
    const at = offsets.bodyStart + 8 + run * 8;
    const nextSample = firstSample + readUint32(movie, at, offsets.end);
    const offset = readInt32(movie, at + 4, offsets.end);
    smallest = Math.min(smallest, offset);
    if (!syncSamples) {
      largest = Math.max(largest, offset);
    } else {
      for (; sync < syncCount; sync++) {
        if (readUint32(movie, syncSamples.bodyStart + 8 + sync * 4, syncSamples.end) >= nextSample) break;
        largest = Math.max(largest, offset);
      }
    }
    firstSample = nextSample;
  }
  return largest - smallest;
}
