import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';

/**
 * How a container's own seeking can be trusted. `exact`: an index leads to the keyframe before any place. `decode-time`: so it
 * does, but its index goes by decode times. `margin`: packets carry true times, but a seek may land late, so it must aim
 * early. `none`: times after a seek are guesses; decode from the start.
 */
export type SeekTrust = 'exact' | 'decode-time' | 'margin' | 'none';

const EXACT = new Set(['matroska', 'webm', 'ogg', 'wav', 'w64', 'flac', 'aiff', 'caf']);
const DECODE_TIME = new Set(['mov', 'flv']);
const MARGIN = new Set(['mpegts', 'mpeg', 'avi', 'asf', 'rm', 'mxf', 'nut']);

export function seekTrust(formatNames: readonly string[]): SeekTrust {
  if (formatNames.some((name) => EXACT.has(name))) return 'exact';
  if (formatNames.some((name) => DECODE_TIME.has(name))) return 'decode-time';
  if (formatNames.some((name) => MARGIN.has(name))) return 'margin';
  return 'none';
}

/**
 * Where no keyframe index helps: how long before it is shown a keyframe may be decoded. By decode time a seek may end at a keyframe that is shown after the
 * place, and the frames shown before that one need the GOP before it (open GOPs, tried with x265's).
 */
const REORDER_SECONDS = 1;
/** Two GOPs of a source whose keyframes are not known; broadcast and camera GOPs are at most about 5 s. */
const BLIND_MARGIN_SECONDS = 10;
/** Between a keyframe's PTS and the packets a byte-wise seek may land on. */
const KEYFRAME_MARGIN_SECONDS = 0.5;

/**
 * Where to seek so that decoding starts at or before the keyframe that `startTicks` (absolute source time, 90 kHz) needs.
 * Undefined: do not seek. `keyframeTicks` is what an index says of the last keyframe at or before it, where there is one: its
 * PTS, or for `decode-time` a time that a seek reaches it by (KeyframeIndex).
 */
export function chooseVideoSeek(trust: SeekTrust, sourceStartTicks: Ticks, startTicks: Ticks, keyframeTicks?: Ticks): Ticks | undefined {
  if (trust === 'none' || startTicks <= sourceStartTicks) return undefined;
  if (trust === 'exact') return startTicks;
  const target = aimAt(trust, startTicks, keyframeTicks);
  return target <= sourceStartTicks ? undefined : target;
}

function aimAt(trust: SeekTrust, startTicks: Ticks, keyframeTicks: Ticks | undefined): Ticks {
  if (trust === 'decode-time') return keyframeTicks ?? startTicks - REORDER_SECONDS * VIDEO_TIMESCALE;
  if (keyframeTicks === undefined) return startTicks - BLIND_MARGIN_SECONDS * VIDEO_TIMESCALE;
  return keyframeTicks - KEYFRAME_MARGIN_SECONDS * VIDEO_TIMESCALE;
}

/** Decoders of AAC, MP3 and Opus need this much sound before the first sample that counts (tried). */
const AUDIO_DECODE_PREROLL_SECONDS = 0.6;
const AUDIO_BLIND_MARGIN_SECONDS = 3;

/** As chooseVideoSeek, for a sound track; `startTicks` is the first sample fed to the encoder, 90 kHz. */
export function chooseAudioSeek(trust: SeekTrust, sourceStartTicks: Ticks, startTicks: Ticks): Ticks | undefined {
  if (trust === 'none') return undefined;
  const seconds = AUDIO_DECODE_PREROLL_SECONDS + (trust === 'margin' ? AUDIO_BLIND_MARGIN_SECONDS : 0);
  const target = startTicks - seconds * VIDEO_TIMESCALE;
  return target <= sourceStartTicks ? undefined : Math.floor(target);
}
