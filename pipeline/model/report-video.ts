import { type LadderFit, UNSEEN_LOSS, type UnsampledReason } from './ladder/fit-ladder.ts';
import { displaySize, type PictureSize } from './ladder/picture-size.ts';
import { hasAlpha, isDeep, pictureColor } from './picture-color.ts';
import { codecOf, type VideoCodec, type VideoRenditionPlan } from './plan.ts';
import { joinNotes, type ReportNote } from './report-notes.ts';
import type { VideoStreamInfo } from './source-info.ts';
import type { StreamReport } from './title.ts';

/** What a plan says of how its picture came about, beside the rungs. */
export interface PictureReasons {
  /** Where the rungs were to be fitted to it. */
  fit?: LadderFit | undefined;
  /** Why none of them is copied, where one might have been. */
  whyNot?: readonly ReportNote[];
}

/** What became of the picture that is played, and of the captions inside it. `rungs`: what is made of it, best first. */
export function reportVideo(
  video: VideoStreamInfo,
  rungs: readonly VideoRenditionPlan[],
  { fit, whyNot = [] }: PictureReasons = {},
): StreamReport[] {
  const { index: streamIndex, codec } = video;
  const everyones = rungs.filter((rung) => codecOf(rung) === 'h264');
  const made = everyones[0]?.copied ? copiedNotes(everyones) : [...encodedNotes(video, everyones), ...whyNot];
  const notes = [
    ...made,
    ...fitNotes(everyones, fit),
    ...furtherNotes(rungs),
    ...shapeNotes(video),
    ...fieldNotes(video),
    ...colorNotes(video),
  ];
  const report: StreamReport = { streamIndex, kind: 'video', codec, outcome: 'converted', ...joinNotes(notes) };
  if (!video.hasClosedCaptions) return [report];
  return [report, { streamIndex, kind: 'captions', codec: 'eia_608', outcome: 'carried', ...joinNotes([captionNote(video)]) }];
}

function captionNote({ captionChannels }: VideoStreamInfo): ReportNote {
  if (captionChannels?.length === 0) {
    const sentence = 'Room for closed captions, kept inside the encoded picture; nothing was found in it.';
    return { code: 'captions-empty', sentence };
  }
  const channels = captionChannels ? ` (${captionChannels.join(', ')})` : '';
  return { code: 'captions', sentence: `Closed captions${channels}, kept inside the encoded picture.` };
}

function copiedNotes([copied, ...smaller]: readonly VideoRenditionPlan[]): ReportNote[] {
  const notes: ReportNote[] = copied ? [{ code: 'copied', sentence: `Copied as it is (${nameSize(copied)}).` }] : [];
  const [largest] = smaller;
  if (!largest) return notes;
  const sizes = smaller.length === 1 ? `in ${nameSize(largest)}` : `in ${smaller.length} smaller sizes up to ${nameSize(largest)}`;
  return [...notes, { code: 'encoded', sentence: `Encoded as H.264 ${sizes} as well.` }];
}

/** A source this much larger or faster than the best rung is more than a rounding to even numbers. */
const NOTABLE = 1.02;

function encodedNotes(video: VideoStreamInfo, rungs: readonly VideoRenditionPlan[]): ReportNote[] {
  const [top] = rungs;
  if (!top) return [{ code: 'encoded', sentence: 'Encoded as H.264.' }];
  const sizes = rungs.length === 1 ? `in ${nameSize(top)}` : `in ${rungs.length} sizes up to ${nameSize(top)}`;
  const notes: ReportNote[] = [{ code: 'encoded', sentence: `Encoded as H.264 ${sizes}.` }];
  const source = displaySize(video);
  if (source.width * source.height > top.width * top.height * NOTABLE ** 2) {
    notes.push({ code: 'scaled-down', sentence: `Scaled down from ${nameSize(source)}: the ladder ends there.` });
  }
  const sourceRate = video.frameRate.num / video.frameRate.den;
  if (sourceRate > top.frameRate * NOTABLE && video.lastFrameTicks > video.firstFrameTicks) {
    const rates = `${nameRate(top.frameRate)} of ${nameRate(sourceRate)}`;
    notes.push({ code: 'frames-thinned', sentence: `${rates} frames a second are kept: screens and players show no more.` });
  }
  return notes;
}

const UNSAMPLED: Readonly<Record<UnsampledReason, string>> = {
  short: 'it is short',
  large: 'its picture is larger than is sampled',
  'high-dynamic-range': 'its picture has a high dynamic range',
  'no-index': 'its container has no places to go to',
  failed: 'its picture could not be sampled in time',
};

function fitNotes(rungs: readonly VideoRenditionPlan[], fit: LadderFit | undefined): ReportNote[] {
  if (!fit) return [];
  if (fit.kind === 'unsampled') {
    return [{ code: 'ladder-unsampled', sentence: `The ladder is the same as for any film: ${UNSAMPLED[fit.reason]}.` }];
  }
  const notes: ReportNote[] = [];
  const crfs = rungs.map(({ crf }) => crf);
  if (Math.max(...crfs) > fit.crf) {
    const range = [...new Set([Math.min(...crfs), Math.max(...crfs)])].join(' to ');
    const sentence = `Encoded at CRF ${range} instead of ${fit.crf}: samples of it show no difference that can be seen (SSIM ${1 - UNSEEN_LOSS}).`;
    notes.push({ code: 'bits-saved', sentence });
  }
  if (fit.leftOut.length > 0) {
    const sentence = `${fit.leftOut.map(nameSize).join(', ')} left out: what is kept looks as good for hardly more bits, or fewer.`;
    notes.push({ code: 'rungs-left-out', sentence });
  }
  return notes.length > 0 ? notes : [{ code: 'ladder-kept', sentence: 'Samples of it need the whole ladder.' }];
}

const CODEC_NAMES: Readonly<Record<VideoCodec, string>> = { h264: 'H.264', hevc: 'HEVC', av1: 'AV1' };

function furtherNotes(rungs: readonly VideoRenditionPlan[]): ReportNote[] {
  const codecs = [...new Set(rungs.map(codecOf))].filter((codec) => codec !== 'h264');
  const named = codecs.map((codec) => {
    const hdr = rungs.find((rung) => codecOf(rung) === codec)?.hdr;
    return hdr ? `${CODEC_NAMES[codec]}, which keeps its high dynamic range (${hdr.range})` : CODEC_NAMES[codec];
  });
  return named.map((name) => ({ code: 'encoded-further', sentence: `Also encoded as ${name}.` }));
}

function nameSize({ width, height }: PictureSize): string {
  return `${width} × ${height}`;
}

function nameRate(framesPerSecond: number): string {
  return String(Number(framesPerSecond.toFixed(2)));
}

function shapeNotes(video: VideoStreamInfo): ReportNote[] {
  const { rotationDegrees, sampleAspectRatio: pixel } = video;
  const notes: ReportNote[] = [];
  if (rotationDegrees !== 0) notes.push({ code: 'turned', sentence: `Turned upright (${rotationDegrees}° clockwise).` });
  if (video.isMirrored) notes.push({ code: 'mirrored', sentence: 'Mirrored as the file asks for.' });
  if (pixel.num !== pixel.den) {
    notes.push({ code: 'pixels-squared', sentence: `Its pixels are not square (${pixel.num}:${pixel.den}); they are now.` });
  }
  return notes;
}

function fieldNotes({ fieldOrder, areFieldsUnmarked }: VideoStreamInfo): ReportNote[] {
  if (!['tt', 'bb', 'tb', 'bt'].includes(fieldOrder)) return [];
  const notes: ReportNote[] = [{ code: 'deinterlaced', sentence: 'Deinterlaced.' }];
  if (areFieldsUnmarked) notes.push({ code: 'fields-detected', sentence: 'Its frames do not say that they are interlaced, but are.' });
  return notes;
}

/** Those that people may have heard of. */
const COLOR_NAMES: Readonly<Record<string, string>> = {
  bt2020: 'BT.2020',
  smpte432: 'P3',
  smpte431: 'P3',
  smpte170m: 'BT.601',
  bt470bg: 'BT.601',
};

function colorNotes(video: VideoStreamInfo): ReportNote[] {
  const notes: ReportNote[] = [];
  const color = pictureColor(video);
  if (color.kind === 'hdr') {
    const name = color.transfer === 'smpte2084' ? 'PQ' : 'HLG';
    notes.push({
      code: 'tone-mapped',
      sentence: `Tone-mapped from high dynamic range (${name}, up to ${color.peakNits} cd/m²) to standard range.`,
    });
  }
  if (video.dolbyVisionProfile === 5) {
    const sentence = 'The colours of Dolby Vision profile 5 need its metadata: it is shown in grey. Use a copy in HDR10 or profile 8.';
    notes.push({ code: 'dolby-vision-grey', sentence });
  } else if (video.dolbyVisionProfile !== undefined) {
    const sentence = `Of Dolby Vision (profile ${video.dolbyVisionProfile}) the base layer is shown, without its metadata.`;
    notes.push({ code: 'dolby-vision-base', sentence });
  }
  if (color.kind === 'other') {
    const from = COLOR_NAMES[color.primaries] ?? COLOR_NAMES[color.matrix] ?? 'what it states';
    const guessed = video.colorSpace === undefined ? ', which its size suggests' : '';
    notes.push({ code: 'colors-converted', sentence: `Colours converted to BT.709 from ${from}${guessed}.` });
  }
  if (hasAlpha(video)) notes.push({ code: 'alpha-flattened', sentence: 'What is transparent is shown over black.' });
  if (isDeep(video.pixelFormat) && color.kind !== 'hdr') {
    notes.push({ code: 'depth-reduced', sentence: 'Reduced to 8 bits, which all players decode.' });
  }
  return notes;
}
