import type { FurtherCodec } from './codec-variants.ts';

/** Presets of x264 that make High profile streams: `ultrafast` does not, and `placebo` is for nobody. */
export const X264_PRESETS = ['superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow', 'slower', 'veryslow'] as const;
export type X264Preset = (typeof X264_PRESETS)[number];

/** What a ladder is made with. */
export interface LadderSettings {
  /**
   * LADDER: heights of 16:9 boxes, in any order; a picture of another shape is fitted into the box, on its side when it
   * stands upright. So 1080 makes 1920x800 of a scope film and 1080x1920 of a phone's.
   */
  rungs: readonly number[];
  preset: X264Preset;
  /** x264's constant quality: lower is better. The bit rate is capped per rung all the same. */
  crf: number;
  /** CODECS beside H.264, in the order they are encoded. */
  furtherCodecs?: readonly FurtherCodec[];
}

/** Near Apple's ladder for H.264 (HLS Authoring Specification), with 1440p above it; 2160p only where it is asked for. */
export const DEFAULT_LADDER: LadderSettings = { rungs: [1440, 1080, 720, 540, 360, 240], preset: 'veryfast', crf: 23 };
