import { pictureColor } from '../picture-color.ts';
import type { HdrFormat, VideoCodec, VideoRenditionPlan } from '../plan.ts';
import type { VideoStreamInfo } from '../source-info.ts';
import { av1Level } from './av1-level.ts';
import { hevcLevel, plannedHevcCodecs } from './hevc-level.ts';

export type FurtherCodec = Exclude<VideoCodec, 'h264'>;

/**
 * Bits for those of H.264 at the same quality: x265 and libaom as they are run here, against x264, all at `veryfast`, by SSIM over a
 * trailer of film (decision 0022). Apple's ladder gives HEVC three quarters to four fifths of H.264's rates as well.
 */
const BITRATE_SHARE: Readonly<Record<FurtherCodec, number>> = { hevc: 0.8, av1: 0.9 };
/** Apple's ladder gives HDR a fifth more than HEVC in standard range. */
const HDR_BITRATE_SHARE = 1.2;

/** x265 takes none below 16, and what is so small costs few bits anyway. */
const SMALLEST_SIDE = 64;

/** The rungs of H.264 in another codec: `v1080-hevc` beside `v1080`. HEVC keeps high dynamic range; AV1 is standard range as H.264 is. */
export function planCodecVariants(video: VideoStreamInfo, rungs: readonly VideoRenditionPlan[], codec: FurtherCodec): VideoRenditionPlan[] {
  const hdr = codec === 'hevc' ? hdrFormat(video) : undefined;
  const large = rungs.filter(({ width, height }) => Math.min(width, height) >= SMALLEST_SIDE);
  return large.map((rung) => {
    const share = BITRATE_SHARE[codec] * (hdr ? HDR_BITRATE_SHARE : 1);
    const maxrateBps = wholeKilobits(rung.maxrateBps * share);
    const bufsizeBits = wholeKilobits(rung.bufsizeBits * share);
    const demand = { ...rung, framesPerSecond: rung.frameRate, maxrateBps, bufsizeBits };
    const level = codec === 'hevc' ? hevcLevel(demand) : av1Level(demand);
    const variant: VideoRenditionPlan = {
      ...rung,
      ...{ id: `${rung.id}-${codec}`, codec, maxrateBps, bufsizeBits, level },
      crf: codec === 'hevc' ? rung.crf + 1 : libaomQuantizer(rung.crf),
      codecs: codec === 'hevc' ? plannedHevcCodecs(level, hdr ? 10 : 8) : `av01.0.${String(level).padStart(2, '0')}M.08`,
    };
    // AV1's samples are shown in the order they are decoded in.
    return hdr ? { ...variant, hdr } : variant;
  });
}

/** What libaom, which counts from 0 to 63, calls the quality of x264's CRF (decision 0022: 28 is like 23, 33 like 25). */
function libaomQuantizer(crf: number): number {
  return Math.min(63, Math.max(1, Math.round(28 + 2.2 * (crf - 23))));
}

function wholeKilobits(bits: number): number {
  return Math.round(bits / 1000) * 1000;
}

/** Undefined in standard range, and where the colours are known only to a decoder of Dolby Vision. */
function hdrFormat(video: VideoStreamInfo): HdrFormat | undefined {
  const color = pictureColor(video);
  if (color.kind !== 'hdr' || color.isGrey) return undefined;
  const range = color.transfer === 'smpte2084' ? 'PQ' : 'HLG';
  return video.hdrLight && range === 'PQ' ? { range, light: video.hdrLight } : { range };
}
