import type { CaptionChannel } from '../model/captions.ts';
import type { AudioStreamInfo, ChapterInfo, OtherStreamInfo, SourceInfo, VideoStreamInfo } from '../model/source-info.ts';
import { type Rational, secondsToTicks, type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';
import { chooseFrameRate } from './choose-frame-rate.ts';
import type { FieldOrder } from './detect-fields.ts';
import { parseDisplayMatrix } from './display-matrix.ts';
import { isInterlaced } from './field-filters.ts';
import { parseHdrLight } from './hdr-light.ts';
import type { ProbeDocument, ProbedChapter, ProbedSideData, ProbedStream } from './probe-document.ts';
import { readSourceTags } from './source-tags.ts';
import { type AudioExtent, audioExtent, type StreamHead, type StreamTails, videoExtent } from './stream-extent.ts';

export interface ProbeFindings {
  document: ProbeDocument;
  heads: ReadonlyMap<number, StreamHead>;
  tails: Readonly<Pick<StreamTails, 'get'>>;
  sizeBytes: number;
  /** Of pictures that do not state them, by stream index. */
  seenFields?: ReadonlyMap<number, FieldOrder>;
  captionChannels?: ReadonlyMap<number, readonly CaptionChannel[]>;
}

/** ffprobe's findings as facts. Neither `video` nor any `audio` is set when nothing decodes: the caller judges. */
export function parseSourceInfo(findings: ProbeFindings): SourceInfo {
  const { document, heads, tails, sizeBytes } = findings;
  const played = chooseVideo(document.streams, heads);
  const audio: AudioStreamInfo[] = [];
  const others: OtherStreamInfo[] = [];
  for (const stream of document.streams) {
    if (stream === played) continue;
    const info = isAudio(stream) ? parseAudio(stream, heads.get(stream.index), tails.get(stream.index)) : undefined;
    if (info) audio.push(info);
    else others.push(parseOther(stream, heads.get(stream.index), isStill(stream) || isUnmarkedCover(stream, heads, document.streams)));
  }
  const playedHead = played && heads.get(played.index);
  const captionChannels = played && findings.captionChannels?.get(played.index);
  const picture = played && playedHead && parseVideo(played, playedHead, tails.get(played.index), findings.seenFields?.get(played.index));
  const video = picture && { ...picture, ...(captionChannels === undefined ? {} : { captionChannels }) };
  const bitrateBps = positiveInteger(document.format?.bit_rate);
  const statedDuration = secondsOf(document.format?.duration);
  const info: SourceInfo = {
    formatNames: (document.format?.format_name ?? '').split(',').filter((name) => name !== ''),
    sizeBytes,
    ...(bitrateBps === undefined ? {} : { bitrateBps }),
    ...(statedDuration === undefined ? {} : { statedDurationTicks: statedDuration }),
    audio,
    others,
    chapterCount: document.chapters.length,
    chapters: document.chapters.slice(0, MOST_CHAPTERS).flatMap(parseChapter),
    tags: readSourceTags(document),
  };
  if (video) info.video = withBitrate(video, info);
  return info;
}

export function isAudio(stream: ProbedStream): boolean {
  return stream.codec_type === 'audio';
}

/** Whether the stream is a film's picture, not a cover or a strip of thumbnails. */
export function isMovingPicture(stream: ProbedStream): boolean {
  return stream.codec_type === 'video' && !isStill(stream);
}

function isStill({ disposition }: ProbedStream): boolean {
  return disposition?.attached_pic === 1 || disposition?.timed_thumbnails === 1 || disposition?.still_image === 1;
}

/** Formats of pictures, which films have as well: one frame beside a sound is its cover, though nothing marks it. */
const PICTURE_CODECS = new Set(['mjpeg', 'png', 'bmp', 'webp', 'tiff', 'gif', 'jpeg2000', 'jpegls']);

function isUnmarkedCover(stream: ProbedStream, heads: ProbeFindings['heads'], streams: readonly ProbedStream[]): boolean {
  return PICTURE_CODECS.has(stream.codec_name ?? '') && heads.get(stream.index)?.packets === 1 && streams.some(isAudio);
}

/** The default one, else the largest, of those that decode. */
function chooseVideo(streams: readonly ProbedStream[], heads: ProbeFindings['heads']): ProbedStream | undefined {
  const area = (stream: ProbedStream): number => (stream.width ?? 0) * (stream.height ?? 0);
  const isDefault = (stream: ProbedStream): number => stream.disposition?.default ?? 0;
  return streams
    .filter((stream) => isMovingPicture(stream) && !isUnmarkedCover(stream, heads, streams))
    .filter((stream) => area(stream) > 0 && (heads.get(stream.index)?.frames ?? 0) > 0)
    .sort((a, b) => isDefault(b) - isDefault(a) || area(b) - area(a) || a.index - b.index)[0];
}

function parseVideo(
  stream: ProbedStream,
  head: StreamHead,
  tail: Parameters<typeof videoExtent>[1],
  seenFields: FieldOrder | undefined,
): VideoStreamInfo {
  const timeBase = parseRational(stream.time_base) ?? { num: 1, den: VIDEO_TIMESCALE };
  const frameRate = chooseFrameRate(
    {
      average: parseRational(stream.avg_frame_rate),
      isCounted: stream.nb_frames !== undefined,
      lowest: parseRational(stream.r_frame_rate),
    },
    head,
    timeBase,
  );
  const bitrateBps = statedBitrate(stream);
  const peakNits = parsePeakNits(stream);
  const hdrLight = parseHdrLight(sideDataOf(stream, MASTERING_DISPLAY), sideDataOf(stream, CONTENT_LIGHT));
  const dolbyVisionProfile = sideDataOf(stream, 'DOVI configuration record')?.dv_profile;
  return {
    index: stream.index,
    ...codecOf(stream),
    pixelFormat: stream.pix_fmt ?? 'unknown',
    width: stream.width ?? 0,
    height: stream.height ?? 0,
    sampleAspectRatio: parseRational(stream.sample_aspect_ratio) ?? { num: 1, den: 1 },
    ...parseDisplayMatrix(sideDataOf(stream, 'Display Matrix')?.displaymatrix),
    frameRate,
    timeBase,
    ...parseFields(stream, head, seenFields),
    ...(stream.color_transfer === undefined ? {} : { colorTransfer: stream.color_transfer }),
    ...(stream.color_primaries === undefined ? {} : { colorPrimaries: stream.color_primaries }),
    ...(stream.color_space === undefined ? {} : { colorSpace: stream.color_space }),
    ...(stream.color_range === undefined ? {} : { colorRange: stream.color_range }),
    ...(peakNits === undefined ? {} : { peakNits }),
    ...(hdrLight === undefined ? {} : { hdrLight }),
    ...(dolbyVisionProfile === undefined ? {} : { dolbyVisionProfile }),
    ...(bitrateBps === undefined ? {} : { bitrateBps }),
    hasClosedCaptions: stream.closed_captions === 1,
    ...videoExtent(head, tail, timeBase, frameRate),
  };
}

function parseAudio(
  stream: ProbedStream,
  head: StreamHead | undefined,
  tail: Parameters<typeof audioExtent>[1],
): AudioStreamInfo | undefined {
  const sampleRate = positiveInteger(stream.sample_rate);
  const channels = stream.channels ?? 0;
  if (!head || head.frames === 0 || sampleRate === undefined || channels < 1) return undefined;
  const timeBase = parseRational(stream.time_base) ?? { num: 1, den: sampleRate };
  const bitrateBps = statedBitrate(stream);
  return {
    index: stream.index,
    ...codecOf(stream),
    sampleRate,
    channels,
    ...(stream.channel_layout === undefined ? {} : { channelLayout: stream.channel_layout }),
    timeBase,
    ...(bitrateBps === undefined ? {} : { bitrateBps }),
    ...labelsOf(stream),
    isDefault: stream.disposition?.default === 1,
    ...rolesOf(stream),
    ...soundExtent(stream, head, tail, timeBase, sampleRate),
  };
}

/** Codecs whose frames are short where the sound is sudden, so that the first ones tell no grid. */
const UNEVEN_FRAMES = new Set(['vorbis']);

function soundExtent({ codec_name = '' }: ProbedStream, ...findings: Parameters<typeof audioExtent>): AudioExtent {
  const extent = audioExtent(...findings);
  if (!UNEVEN_FRAMES.has(codec_name)) return extent;
  const { startTicks, endTicks } = extent;
  return { startTicks, endTicks, frameSamples: 0 };
}

function parseOther(stream: ProbedStream, head: StreamHead | undefined, isCover: boolean): OtherStreamInfo {
  const { codec } = codecOf(stream);
  const info: OtherStreamInfo = { index: stream.index, kind: isCover ? 'cover' : kindOf(stream), codec, ...labelsOf(stream) };
  if (info.kind === 'subtitle') return { ...info, ...subtitleFlags(stream) };
  if (info.kind !== 'audio' && info.kind !== 'video') return info;
  if (!head || head.packets === 0) return { ...info, reason: 'It holds no packets.' };
  if (head.frames === 0) return { ...info, reason: `Nothing in it could be decoded (${codec}).` };
  return info;
}

/** More are no chapters. */
const MOST_CHAPTERS = 1000;

function parseChapter(chapter: ProbedChapter): ChapterInfo[] {
  const [startTicks, endTicks] = [secondsOf(chapter.start_time), secondsOf(chapter.end_time)];
  if (startTicks === undefined || endTicks === undefined) return [];
  const title = lowerCaseKeys(chapter.tags).title?.trim();
  return [{ startTicks, endTicks, ...(title ? { title } : {}) }];
}

function subtitleFlags({ disposition }: ProbedStream): Pick<OtherStreamInfo, 'isDefault' | 'isForced' | 'isHearingImpaired'> {
  return {
    ...(disposition?.default === 1 ? { isDefault: true } : {}),
    ...(disposition?.forced === 1 ? { isForced: true } : {}),
    ...(disposition?.hearing_impaired === 1 || disposition?.captions === 1 ? { isHearingImpaired: true } : {}),
  };
}

function kindOf(stream: ProbedStream): OtherStreamInfo['kind'] {
  switch (stream.codec_type) {
    case 'video':
    case 'audio':
    case 'subtitle':
    case 'data':
    case 'attachment':
      return stream.codec_type;
    default:
      return 'unknown';
  }
}

function codecOf(stream: ProbedStream): { codec: string; profile?: string } {
  const tag = stream.codec_tag_string;
  const codec = stream.codec_name ?? (tag && /^\w[\w .-]*$/.test(tag) ? tag : 'unknown');
  return { codec, ...(stream.profile === undefined ? {} : { profile: stream.profile }) };
}

function labelsOf(stream: ProbedStream): { language?: string; title?: string } {
  const tags = lowerCaseKeys(stream.tags);
  const language = parseLanguage(tags.language);
  const title = tags.title?.trim();
  return { ...(language === undefined ? {} : { language }), ...(title ? { title } : {}) };
}

/** Matroska's flags and a transport stream's audio_type, as ffmpeg hands them on. */
function rolesOf({ disposition }: ProbedStream): Pick<AudioStreamInfo, 'isDescription' | 'isCommentary'> {
  const isDescription = disposition?.visual_impaired === 1 || disposition?.descriptions === 1;
  return { ...(isDescription ? { isDescription } : {}), ...(disposition?.comment === 1 ? { isCommentary: true } : {}) };
}

/** ISO 639-2 as containers have it (`ger`, `deu`) to the BCP 47 form that playlists want (`de`); `und` is no language. */
export function parseLanguage(tag: string | undefined): string | undefined {
  if (tag === undefined || !/^[a-z]{2,3}([-_][a-z0-9]{2,8})*$/i.test(tag)) return undefined;
  try {
    const canonical = Intl.getCanonicalLocales(tag.replaceAll('_', '-'))[0];
    return canonical === 'und' ? undefined : canonical;
  } catch {
    return undefined; // Not a language tag: the same as none.
  }
}

function sideDataOf(stream: ProbedStream, type: string): ProbedSideData | undefined {
  return stream.side_data_list?.find((data) => data.side_data_type === type);
}

const MASTERING_DISPLAY = 'Mastering display metadata';
const CONTENT_LIGHT = 'Content light level metadata';

/** What the content reaches, else what it was made to be seen on. */
function parsePeakNits(stream: ProbedStream): number | undefined {
  const content = sideDataOf(stream, CONTENT_LIGHT)?.max_content;
  const mastering = parseRational(sideDataOf(stream, MASTERING_DISPLAY)?.max_luminance);
  return content || (mastering && mastering.num / mastering.den);
}

/** Containers call interlaced H.264 progressive; the frames know better. Where neither says it, it may have been seen. */
function parseFields(stream: ProbedStream, head: StreamHead, seen: FieldOrder | undefined): FieldFacts {
  const fieldOrder = stream.field_order ?? 'unknown';
  const isStated = isInterlaced({ fieldOrder });
  if (head.interlacedFrames * 2 > head.frames) return { fieldOrder: isStated ? fieldOrder : head.topFieldFirst ? 'tt' : 'bb' };
  if (isStated) return { fieldOrder, ...(head.interlacedFrames === 0 ? { areFieldsUnmarked: true } : {}) };
  return seen === undefined ? { fieldOrder } : { fieldOrder: seen, areFieldsUnmarked: true };
}

type FieldFacts = Pick<VideoStreamInfo, 'fieldOrder' | 'areFieldsUnmarked'>;

/** `30000/1001` or `4:3`; undefined for `0/0`, `0:1`, `N/A` and nonsense. */
export function parseRational(text: string | undefined): Rational | undefined {
  const match = /^(\d+)[/:](\d+)$/.exec(text ?? '');
  const num = Number(match?.[1]);
  const den = Number(match?.[2]);
  return Number.isSafeInteger(num) && Number.isSafeInteger(den) && num > 0 && den > 0 ? { num, den } : undefined;
}

/** Matroska states it in a tag that mkvmerge writes. */
function statedBitrate(stream: ProbedStream): number | undefined {
  const tags = lowerCaseKeys(stream.tags);
  return positiveInteger(stream.bit_rate) ?? positiveInteger(tags.bps) ?? positiveInteger(tags['bps-eng']);
}

const GUESSED_AUDIO_BPS_PER_CHANNEL = 64_000;

/** Where the container states no rate for the only picture: what the file has left over from its sound. */
function withBitrate(video: VideoStreamInfo, info: SourceInfo): VideoStreamInfo {
  if (video.bitrateBps !== undefined || info.others.some(({ kind }) => kind === 'video')) return video;
  const seconds = (video.endTicks - video.firstFrameTicks) / VIDEO_TIMESCALE;
  const audioBps = info.audio.reduce((sum, track) => sum + (track.bitrateBps ?? track.channels * GUESSED_AUDIO_BPS_PER_CHANNEL), 0);
  const bitrateBps = Math.round((info.sizeBytes * 8) / seconds - audioBps);
  return bitrateBps > 0 ? { ...video, bitrateBps } : video;
}

/** Decimal seconds as ffprobe prints them, in ticks of 90 kHz. */
export function secondsOf(text: string | undefined): Ticks | undefined {
  const seconds = Number(text ?? Number.NaN);
  return Number.isFinite(seconds) ? secondsToTicks(seconds) : undefined;
}

function positiveInteger(text: string | undefined): number | undefined {
  const number = Number(text ?? Number.NaN);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function lowerCaseKeys(tags: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(tags ?? {}).map(([key, value]) => [key.toLowerCase(), String(value)]));
}
