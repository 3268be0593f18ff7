import type { AudioRenditionPlan } from '../plan.ts';
import type { ChannelMix } from './channel-mix.ts';

/** What a whole track measures (EBU R128), as it is heard in a rendition. */
export interface Loudness {
  integratedLufs: number;
  /** Linear: 1 is full scale. */
  truePeak: number;
}

/** EBU R128 allows no more: what lossy coding adds would clip. */
const HIGHEST_TRUE_PEAK_DB = -1;
/** Louder than this a quiet track is mostly its noise. */
const MOST_GAIN_DB = 20;
/** Below the gate of the measurement there is nothing to be made louder. */
const SILENCE_LUFS = -69;

/** The one gain of a whole track, in decibels: as near to the target as its true peak allows. */
export function chooseGain({ integratedLufs, truePeak }: Loudness, targetLufs: number): number {
  if (integratedLufs <= SILENCE_LUFS || truePeak <= 0) return 0;
  const headroom = HIGHEST_TRUE_PEAK_DB - 20 * Math.log10(truePeak);
  return Math.min(targetLufs - integratedLufs, headroom, MOST_GAIN_DB);
}

/** The rendition that much louder: its mix is, so that every chunk of it is alike. */
export function withGain(rendition: AudioRenditionPlan, gainDb: number): AudioRenditionPlan {
  const factor = 10 ** (gainDb / 20);
  const mix: ChannelMix = rendition.mix ?? {
    inputLayout: 'stereo',
    gains: [
      [1, 0],
      [0, 1],
    ],
  };
  const gains = mix.gains.map((row) => row.map((gain) => Math.round(gain * factor * 1e6) / 1e6));
  return { ...rendition, mix: { ...mix, gains } };
}
