import { aacAudioSpecificConfig } from '../mp4/audio-configuration.ts';
import type { MovieTrack } from '../mp4/movie-track.ts';
import type { AudioRenditionPlan, Timeline } from '../plan.ts';
import type { AudioStreamInfo } from '../source-info.ts';
import { rescale, type Ticks, VIDEO_TIMESCALE } from '../time.ts';
import { segmentCount, segmentRange } from '../timeline/segments.ts';
import { heardFromTicks, isContiguous, packetAt, type SoundPackets, silentFrame, soundPackets } from './copied-sound.ts';
import { type CopyDecision, type CopySource, encodeBecause, isWhole, NO_TABLES } from './copy-source.ts';
import { measureCopy } from './measure-copy.ts';

const LC_SAMPLES = 1024;
/** More would be a burden to the small rungs, which share the sound. */
const MOST_BPS = 280_000;
/** What 90 kHz rounds to where a sound begins. */
const ROUNDING_TICKS = 2;

export interface AudioCopyInput {
  stream: AudioStreamInfo;
  /** What would be encoded. */
  rendition: AudioRenditionPlan;
  copySource: CopySource;
  originTicks: Ticks;
  timeline: Timeline;
  /** Whether its loudness is to be changed. */
  isNormalised: boolean;
}

export type AudioCopyDecision = CopyDecision<{ rendition: AudioRenditionPlan }>;

/** Whether a rendition of an AAC track can be the source's own packets, on their own grid. */
export function chooseAudioCopy(input: AudioCopyInput): AudioCopyDecision {
  const { stream, rendition, copySource, originTicks, timeline } = input;
  const track = copySource.tracks.get(stream.index);
  if (!track?.audioSpecificConfig || !isWhole(track, copySource.sizeBytes)) return encodeBecause('uncopied-container', NO_TABLES);
  const refusal = refuseStream(input, track, track.audioSpecificConfig);
  if (refusal) return refusal;
  const packets = soundPackets(track, originTicks, LC_SAMPLES);
  const gridOffsetSamples = ((packets.startSamples % LC_SAMPLES) + LC_SAMPLES) % LC_SAMPLES;
  const copied: AudioRenditionPlan = {
    ...withoutMix(rendition),
    channels: stream.channels,
    ...(gridOffsetSamples === 0 ? {} : { gridOffsetSamples }),
  };
  const rates = measureCopy(timeline, copied, segmentSizes(timeline, copied, packets, track));
  if (rates.averageBps > MOST_BPS)
    return encodeBecause('uncopied-bit-rate', 'Not copied: it has more bits than viewers on slow networks could play.');
  return { kind: 'copy', rendition: { ...copied, bitrateBps: rates.averageBps, copied: rates } };
}

function refuseStream(
  { stream, rendition, isNormalised }: AudioCopyInput,
  track: MovieTrack,
  config: Uint8Array,
): AudioCopyDecision | undefined {
  if (isNormalised) return encodeBecause('uncopied-loudness', 'Not copied: it is made as loud as the settings ask for.');
  if (stream.channels > 2) return encodeBecause('uncopied-channels', 'Not copied: stereo is made of it, which plays everywhere.');
  if (track.timescale !== stream.sampleRate || rendition.timescale !== stream.sampleRate)
    return encodeBecause('uncopied-sample-rate', 'Not copied: its sample rate is not 44.1 or 48 kHz.');
  if (stream.profile !== 'LC' || !isPlainConfig(config, stream))
    return encodeBecause('uncopied-profile', 'Not copied: only AAC-LC plays everywhere as it is.');
  if (stream.isCounted || stream.isJittery || !isContiguous(track, LC_SAMPLES) || !beginsAsProbed(stream, track))
    return encodeBecause('uncopied-times', 'Not copied: its packets do not follow each other without a gap.');
  return undefined;
}

/** Where no edit list tells of priming, a decoder gives nothing for the first packet. */
function beginsAsProbed({ startTicks }: AudioStreamInfo, track: MovieTrack): boolean {
  const lateTicks = startTicks - rescale(heardFromTicks(track), track.timescale, VIDEO_TIMESCALE);
  return lateTicks >= -ROUNDING_TICKS && lateTicks <= rescale(LC_SAMPLES, track.timescale, VIDEO_TIMESCALE) + ROUNDING_TICKS;
}

/** Signalled SBR follows AAC-LC's two bytes (ISO/IEC 14496-3 1.6.2.1, syncExtensionType 0x2b7); other forms have other bytes first. */
function isPlainConfig(config: Uint8Array, { sampleRate, channels }: AudioStreamInfo): boolean {
  const plain = aacAudioSpecificConfig(sampleRate, channels);
  const hasSbr = config[2] === 0x56 && ((config[3] ?? 0) & 0xe0) === 0xe0 && ((config[4] ?? 0) & 0x80) !== 0;
  return plain.every((byte, index) => byte === config[index]) && !hasSbr;
}

function withoutMix({ mix: _, ...rendition }: AudioRenditionPlan): AudioRenditionPlan {
  return rendition;
}

function segmentSizes(timeline: Timeline, rendition: AudioRenditionPlan, packets: SoundPackets, { samples }: MovieTrack): number[][] {
  const silence = silentFrame(rendition.channels).length;
  return Array.from({ length: segmentCount(timeline) }, (_, segment) => {
    const sizes: number[] = [];
    const { startTicks, endTicks } = segmentRange(timeline, rendition, segment);
    for (let position = startTicks; position < endTicks; position += LC_SAMPLES) {
      const packet = packetAt(packets, position, LC_SAMPLES);
      sizes.push(packet === undefined ? silence : (samples.sizes[packet] as number));
    }
    return sizes;
  });
}
