import type { MovieTrack } from '../mp4/movie-track.ts';
import { rescale, type Ticks, VIDEO_TIMESCALE } from '../time.ts';

/** Where the packets of a copied sound lie, in samples of title time. */
export interface SoundPackets {
  /** Of packet 0; may lie before time zero. */
  startSamples: number;
  /** The packets that are heard: [first, end). */
  first: number;
  end: number;
}

/** Packets follow each other without a gap: so says the caller (isContiguous). */
export function soundPackets(track: MovieTrack, originTicks: Ticks, frameSamples: number): SoundPackets {
  const { samples, shiftTicks, editEndTicks = Number.POSITIVE_INFINITY } = track;
  const shown = (samples.compositionTimes[0] ?? 0) + shiftTicks;
  const first = Math.floor((heardFromTicks(track) - shown) / frameSamples);
  const end = Math.min(samples.count, Math.ceil((editEndTicks - shown) / frameSamples));
  return { startSamples: shown - rescale(originTicks, VIDEO_TIMESCALE, track.timescale), first, end };
}

/** Where the sound begins to be heard, on the track's timescale. */
export function heardFromTicks(track: MovieTrack): Ticks {
  return Math.max((track.samples.compositionTimes[0] ?? 0) + track.shiftTicks, track.editStartTicks ?? Number.NEGATIVE_INFINITY);
}

/** Whether each packet begins where the one before it ends. The stated length of the last one may be anything. */
export function isContiguous({ samples }: MovieTrack, frameSamples: number): boolean {
  const start = samples.compositionTimes[0] ?? 0;
  return samples.compositionTimes.every((time, index) => time === start + index * frameSamples);
}

/** The packet that stands at a place of the grid; undefined where there is none: silence. */
export function packetAt({ startSamples, first, end }: SoundPackets, positionSamples: number, frameSamples: number): number | undefined {
  const packet = (positionSamples - startSamples) / frameSamples;
  return packet >= first && packet < end ? packet : undefined;
}

/** A whole frame of silence of AAC-LC, for one channel and for two. */
const SILENCE: Readonly<Record<number, Uint8Array>> = {
  1: Uint8Array.of(0x00, 0xc8, 0x00, 0x80, 0x23, 0x80),
  2: Uint8Array.of(0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80),
};

/** Throws RangeError for channels that are not copied. */
export function silentFrame(channels: number): Uint8Array {
  const frame = SILENCE[channels];
  if (!frame) throw new RangeError(`There is no silence for ${channels} channels`);
  return frame;
}
