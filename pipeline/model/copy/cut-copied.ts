import { isIdrSample } from '../mp4/avc-sample.ts';
import { BoxError } from '../mp4/box.ts';
import type { StreamParameters } from '../mp4/init-segment.ts';
import type { MovieTrack } from '../mp4/movie-track.ts';
import { type FinishedSegment, renderSegment } from '../mp4/segmenter.ts';
import { assignTiming } from '../mp4/timing.ts';
import type { AudioRenditionPlan, Plan, RenditionPlan, VideoRenditionPlan } from '../plan.ts';
import { segmentRange } from '../timeline/segments.ts';
import { pictureTicks, segmentSamples } from './copied-picture.ts';
import { packetAt, silentFrame, soundPackets } from './copied-sound.ts';

/** Where the bytes of a sample lie in the file. */
export interface SamplePlace {
  offset: number;
  size: number;
}

/** Makes the segments of one copied rendition of a source's samples. */
export interface CopiedCutter {
  renditionId: string;
  parameters: StreamParameters;
  /** The samples of a segment, in decode order. */
  placesOf(segment: number): SamplePlace[];
  /** `samples`: the bytes at those places. Throws BoxError and TimingError where they are not what the plan took them for. */
  render(segment: number, samples: readonly Uint8Array[]): FinishedSegment;
}

type PlanTimes = Pick<Plan, 'timeline' | 'originTicks'>;

/** Throws BoxError for a track that is not of the rendition's kind. */
export function createCopiedCutter(plan: PlanTimes, rendition: RenditionPlan, track: MovieTrack): CopiedCutter {
  if (rendition.kind === 'iframe') throw new BoxError('I-frames are encoded', 0);
  return rendition.kind === 'video' ? cutPicture(plan, rendition, track) : cutSound(plan, rendition, track);
}

function cutPicture({ timeline, originTicks }: PlanTimes, rendition: VideoRenditionPlan, track: MovieTrack): CopiedCutter {
  const { avc } = track;
  if (!avc) throw new BoxError('The track is no H.264 any more', 0);
  const ticks = pictureTicks(track, originTicks);
  const starts = segmentSamples(ticks, timeline.boundaries);
  const rangeOf = (segment: number): [number, number] => [starts[segment] ?? 0, starts[segment + 1] ?? 0];
  return {
    renditionId: rendition.id,
    parameters: { codecs: `avc1.${avc.profileHex}`, parameterSets: { codec: 'h264', sps: avc.sps, pps: avc.pps } },
    placesOf(segment) {
      const [start, end] = rangeOf(segment);
      return Array.from({ length: end - start }, (_, index) => placeOf(track, start + index));
    },
    render(segment, data) {
      const { startTicks, endTicks } = segmentRange(timeline, rendition, segment);
      const shown = [...ticks.subarray(...rangeOf(segment))];
      const timing = assignTiming(shown, startTicks, endTicks);
      const pictures = data.map((bytes, index) => ({ ...timing[index]!, isSync: isIdrSample(bytes, avc), data: bytes }));
      if (!pictures[0]?.isSync || shown[0] !== startTicks) throw new BoxError('A segment does not begin with an IDR picture', 0);
      return renderSegment(segment, startTicks, pictures);
    },
  };
}

function cutSound({ timeline, originTicks }: PlanTimes, rendition: AudioRenditionPlan, track: MovieTrack): CopiedCutter {
  const { frameSamples } = rendition;
  const packets = soundPackets(track, originTicks, frameSamples);
  const silence = silentFrame(rendition.channels);
  const packetsOf = (segment: number): (number | undefined)[] => {
    const { startTicks, endTicks } = segmentRange(timeline, rendition, segment);
    return Array.from({ length: (endTicks - startTicks) / frameSamples }, (_, frame) =>
      packetAt(packets, startTicks + frame * frameSamples, frameSamples),
    );
  };
  return {
    renditionId: rendition.id,
    parameters: { codecs: rendition.codecs },
    placesOf: (segment) => packetsOf(segment).flatMap((packet) => (packet === undefined ? [] : [placeOf(track, packet)])),
    render(segment, data) {
      let next = 0;
      const frames = packetsOf(segment).map((packet) => (packet === undefined ? silence : (data[next++] as Uint8Array)));
      return renderSegment(
        segment,
        segmentRange(timeline, rendition, segment).startTicks,
        frames.map((bytes) => ({ durationTicks: frameSamples, compositionOffsetTicks: 0, isSync: true, data: bytes })),
      );
    },
  };
}

function placeOf({ samples }: MovieTrack, sample: number): SamplePlace {
  return { offset: samples.offsets[sample] as number, size: samples.sizes[sample] as number };
}
