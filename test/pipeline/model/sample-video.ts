import type { VideoStreamInfo } from '../../../pipeline/model/source-info.ts';

/** One second of 1080p25 H.264, as the probe tells of it, but for `facts`. */
export function videoStream(facts: Partial<VideoStreamInfo> = {}): VideoStreamInfo {
  return {
    index: 0,
    codec: 'h264',
    pixelFormat: 'yuv420p',
    width: 1920,
    height: 1080,
    sampleAspectRatio: { num: 1, den: 1 },
    rotationDegrees: 0,
    frameRate: { num: 25, den: 1 },
    timeBase: { num: 1, den: 90_000 },
    fieldOrder: 'progressive',
    firstFrameTicks: 0,
    lastFrameTicks: 86_400,
    endTicks: 90_000,
    ...facts,
  };
}
