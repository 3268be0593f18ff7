import type { HdrFormat } from '../plan.ts';
import { aacAudioSpecificConfig, parseAudioCodec, renderEsds } from './audio-configuration.ts';
import {
  ascii,
  type Box,
  BoxError,
  box,
  concatBytes,
  findBox,
  fourcc,
  fullBox,
  readBoxes,
  readUint16,
  readUint32,
  requireBox,
  uint16,
  uint32,
} from './box.ts';
import { colorBoxes } from './color-boxes.ts';
import { renderMovieHeader, renderTrack } from './movie-boxes.ts';
import { codecsOf, type ParameterSets, parseConfiguration, renderConfiguration, SAMPLE_ENTRIES } from './parameter-sets.ts';

/** The one track of every init segment and fragment that Millrace writes. */
export const TRACK_ID = 1;

export interface VideoInit {
  kind: 'video';
  /** Ticks per second. */
  timescale: number;
  /** Display size, square pixels. */
  width: number;
  height: number;
  parameterSets: ParameterSets;
  /** Absent: BT.709 in standard range. */
  hdr?: HdrFormat | undefined;
}

export interface AudioInit {
  kind: 'audio';
  /** The sample rate. */
  timescale: number;
  channels: number;
  bitrateBps: number;
  /** ISO 639-2/T, three letters. */
  language?: string;
}

/** What an init segment says, as far as players go by it. */
export interface InitInfo {
  kind: 'video' | 'audio' | 'other';
  timescale: number;
  trackId: number;
  /** RFC 6381, e.g. `avc1.64001f` or `mp4a.40.2`; for unknown sample entries the entry's type. */
  codecs: string;
  /** The sample entry's type: `avc1`, `mp4a`, … */
  sampleEntry: string;
  width?: number;
  height?: number;
  sampleRate?: number;
  channels?: number;
  /** Of the codecs that Millrace encodes. */
  parameterSets?: ParameterSets;
  /** Sample defaults of mvex/trex, which fragments may leave out. */
  defaults: { durationTicks: number; sizeBytes: number; flags: number };
  /** Whether the track has an edit list; Millrace writes none (decision 0019). */
  hasEditList: boolean;
}

/** What a stream is decoded with. */
export type StreamParameters = Pick<InitInfo, 'codecs' | 'parameterSets'>;

/** The CMAF header (ISO/IEC 23000-19 7.3.1) of one rendition: no samples, no edit list. */
export function renderInitSegment(init: VideoInit | AudioInit): Uint8Array {
  return concatBytes([
    box('ftyp', ascii('iso6'), uint32(0), ascii('iso6'), ascii('cmfc'), ascii('mp41')),
    box(
      'moov',
      renderMovieHeader({ nextTrackId: TRACK_ID + 1 }),
      track(init),
      box('mvex', fullBox('trex', 0, 0, uint32(TRACK_ID, 1, 0, 0, 0))),
    ),
  ]);
}

/** Reads the first track of an init segment, ours or ffmpeg's. Throws BoxError. */
export function parseInitSegment(bytes: Uint8Array): InitInfo {
  const moov = requireBox(bytes, ['moov']);
  const within = (path: string[]): Box | undefined => findBox(bytes, path, moov.bodyStart, moov.end);
  const trak = requireBox(bytes, ['trak'], moov.bodyStart, moov.end);
  const mdia = requireBox(bytes, ['mdia'], trak.bodyStart, trak.end);

  const tkhd = requireBox(bytes, ['tkhd'], trak.bodyStart, trak.end);
  const mdhd = requireBox(bytes, ['mdhd'], mdia.bodyStart, mdia.end);
  const isLong = (header: Box): boolean => bytes[header.bodyStart] === 1;
  const trackId = readUint32(bytes, tkhd.bodyStart + (isLong(tkhd) ? 20 : 12), tkhd.end);
  const timescale = readUint32(bytes, mdhd.bodyStart + (isLong(mdhd) ? 20 : 12), mdhd.end);

  const stsd = requireBox(bytes, ['minf', 'stbl', 'stsd'], mdia.bodyStart, mdia.end);
  const entry = readBoxes(bytes, stsd.bodyStart + 8, stsd.end)[0];
  if (!entry) throw new BoxError('The sample description is empty', stsd.start);
  const trex = within(['mvex', 'trex']);
  const fallback = (offset: number): number => (trex ? readUint32(bytes, trex.bodyStart + offset, trex.end) : 0);
  const base = {
    timescale,
    trackId,
    sampleEntry: entry.type,
    defaults: { durationTicks: fallback(12), sizeBytes: fallback(16), flags: fallback(20) },
    hasEditList: findBox(bytes, ['edts'], trak.bodyStart, trak.end) !== undefined,
  };
  const hdlr = requireBox(bytes, ['hdlr'], mdia.bodyStart, mdia.end);
  const handler = fourcc(bytes, hdlr.bodyStart + 8);
  if (handler === 'vide') return { ...base, ...parseVideoEntry(bytes, entry) };
  if (handler === 'soun') return { ...base, ...parseAudioEntry(bytes, entry) };
  return { ...base, kind: 'other', codecs: entry.type };
}

const VISUAL_ENTRY_BYTES = 78;
const AUDIO_ENTRY_BYTES = 28;

function parseVideoEntry(bytes: Uint8Array, entry: Box): Pick<InitInfo, 'kind' | 'codecs' | 'width' | 'height' | 'parameterSets'> {
  const size = { width: readUint16(bytes, entry.bodyStart + 24, entry.end), height: readUint16(bytes, entry.bodyStart + 26, entry.end) };
  const boxes = readBoxes(bytes, entry.bodyStart + VISUAL_ENTRY_BYTES, entry.end);
  const [parameterSets] = boxes.flatMap(({ type, bodyStart, end }) => parseConfiguration(type, bytes.subarray(bodyStart, end)) ?? []);
  if (!parameterSets) return { kind: 'video', codecs: entry.type, ...size };
  return { kind: 'video', codecs: codecsOf(parameterSets, entry.type), ...size, parameterSets };
}

function parseAudioEntry(bytes: Uint8Array, entry: Box): Pick<InitInfo, 'kind' | 'codecs' | 'channels' | 'sampleRate'> {
  const channels = readUint16(bytes, entry.bodyStart + 16, entry.end);
  const sampleRate = readUint16(bytes, entry.bodyStart + 24, entry.end);
  const esds = findBox(bytes, ['esds'], entry.bodyStart + AUDIO_ENTRY_BYTES, entry.end);
  const codecs = esds ? parseAudioCodec(bytes.subarray(esds.bodyStart, esds.end), entry.type) : entry.type;
  return { kind: 'audio', codecs, channels, sampleRate };
}

function track(init: VideoInit | AudioInit): Uint8Array {
  const isVideo = init.kind === 'video';
  return renderTrack({
    trackId: TRACK_ID,
    kind: init.kind,
    timescale: init.timescale,
    durationTicks: 0,
    width: isVideo ? init.width : 0,
    height: isVideo ? init.height : 0,
    language: isVideo ? undefined : init.language,
    sampleTable: [fullBox('stsd', 0, 0, uint32(1), isVideo ? videoSampleEntry(init) : aacSampleEntry(init)), ...emptySampleTable()],
  });
}

/** What `stbl` has beside its descriptions where fragments hold the samples. */
export function emptySampleTable(): Uint8Array[] {
  return [
    fullBox('stts', 0, 0, uint32(0)),
    fullBox('stsc', 0, 0, uint32(0)),
    fullBox('stsz', 0, 0, uint32(0, 0)),
    fullBox('stco', 0, 0, uint32(0)),
  ];
}

function videoSampleEntry(init: VideoInit): Uint8Array {
  return box(
    SAMPLE_ENTRIES[init.parameterSets.codec],
    new Uint8Array(6),
    uint16(1),
    new Uint8Array(16),
    uint16(init.width, init.height),
    uint32(0x480000, 0x480000, 0),
    uint16(1),
    new Uint8Array(32),
    uint16(24, 0xffff),
    renderConfiguration(init.parameterSets),
    box('pasp', uint32(1, 1)),
    ...colorBoxes(init.hdr),
  );
}

function aacSampleEntry(init: AudioInit): Uint8Array {
  const esds = renderEsds(aacAudioSpecificConfig(init.timescale, init.channels), init.bitrateBps);
  return box(
    'mp4a',
    new Uint8Array(6),
    uint16(1),
    uint32(0, 0),
    uint16(init.channels, 16, 0, 0),
    uint32(init.timescale * 0x10000),
    fullBox('esds', 0, 0, esds),
  );
}
