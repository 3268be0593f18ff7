import type { FurtherCodec } from '../model/ladder/codec-variants.ts';
import { BoxError } from '../model/mp4/box.ts';
import { parseInitSegment } from '../model/mp4/init-segment.ts';
import { renderConfiguration } from '../model/mp4/parameter-sets.ts';
import type { VideoRenditionPlan } from '../model/plan.ts';
import { FRAGMENT_ARGS, videoEncoderArgs } from './video-args.ts';

const TRIAL: VideoRenditionPlan = {
  ...{ id: 'trial', kind: 'video', sourceStreamIndex: 0, timescale: 90_000, width: 64, height: 64, frameRate: 25 },
  ...{ crf: 30, maxrateBps: 64_000, bufsizeBits: 96_000, preset: 'superfast', codecs: '' },
  level: 0,
};

/** ffmpeg's arguments for a few frames of a codec as rungs have them, HEVC with high dynamic range as well; the result is written to a pipe. */
export function trialCommands(codec: FurtherCodec): string[][] {
  if (codec === 'av1') return [trialCommand({ ...TRIAL, codec }, 'yuv420p')];
  const hevc = { ...TRIAL, codec, level: 60 };
  return [trialCommand(hevc, 'yuv420p'), trialCommand({ ...hevc, hdr: { range: 'PQ' } }, 'yuv420p10')];
}

function trialCommand(rendition: VideoRenditionPlan, format: string): string[] {
  const source = ['-f', 'lavfi', '-i', `color=size=${rendition.width}x${rendition.height}:rate=${rendition.frameRate}:duration=0.2`];
  return ['-v', 'error', ...source, '-vf', `format=${format}`, ...videoEncoderArgs(rendition, [0]), ...FRAGMENT_ARGS, 'pipe:1'];
}

/** The decoder configuration of what such a command wrote; undefined where it cannot be read. */
export function readTrial(stream: Uint8Array): Uint8Array | undefined {
  try {
    const { parameterSets } = parseInitSegment(stream);
    return parameterSets && renderConfiguration(parameterSets);
  } catch (error) {
    if (error instanceof BoxError) return undefined;
    throw error;
  }
}
