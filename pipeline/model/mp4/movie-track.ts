import { rescale, type Ticks } from '../time.ts';
import { findAudioSpecificConfig } from './audio-configuration.ts';
import { type AvcConfiguration, parseAvcDecoderConfiguration } from './avc-configuration.ts';
import { type Box, BoxError, findBox, fourcc, readBoxes, readBoxHeader, readUint16, readUint32, requireBox } from './box.ts';
import { type Edit, readEdits, readSampleTable, type SampleTable } from './sample-table.ts';

/** A track of a movie whose samples can be taken out one by one. */
export interface MovieTrack {
  timescale: number;
  /** The sample entry's type: `avc1`, `mp4a`, … */
  sampleEntry: string;
  samples: SampleTable;
  /** What is added to composition times to get the times that are shown, on the track's timescale. */
  shiftTicks: Ticks;
  /** What an edit list plays, on the track's timescale with the shift; undefined: all. */
  editStartTicks?: Ticks;
  editEndTicks?: Ticks;
  /** Of `avc1`. */
  avc?: AvcConfiguration;
  /** Of `mp4a`: AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). */
  audioSpecificConfig?: Uint8Array;
}

/**
 * The `trackIndex`-th track of a movie (the whole moov box), counted as ffmpeg counts streams. Undefined where its samples cannot
 * be taken for what is shown: fragments, more than one sample description, edits that do more than begin late or leave out
 * what comes first, data in other files. Throws BoxError.
 */
export function readMovieTrack(movie: Uint8Array, trackIndex: number): MovieTrack | undefined {
  const moov = requireBox(movie, ['moov']);
  const children = readBoxes(movie, moov.bodyStart, moov.end);
  const track = children.filter(({ type }) => type === 'trak')[trackIndex];
  const movieHeader = children.find(({ type }) => type === 'mvhd');
  if (!track || !movieHeader || children.some(({ type }) => type === 'mvex')) return undefined;
  const mdia = requireBox(movie, ['mdia'], track.bodyStart, track.end);
  const stbl = requireBox(movie, ['minf', 'stbl'], mdia.bodyStart, mdia.end);
  const timescale = readTimescale(movie, requireBox(movie, ['mdhd'], mdia.bodyStart, mdia.end));
  const entry = onlyEntry(movie, requireBox(movie, ['stsd'], stbl.bodyStart, stbl.end));
  const placed = placeEdits(readEdits(movie, track), timescale, readTimescale(movie, movieHeader));
  if (!entry || !placed) return undefined;
  return { timescale, sampleEntry: entry.type, samples: readSampleTable(movie, stbl), ...placed, ...describeEntry(movie, entry) };
}

/** `mvhd` and `mdhd` have it at the same place. */
function readTimescale(movie: Uint8Array, header: Box): number {
  return readUint32(movie, header.bodyStart + (movie[header.bodyStart] === 1 ? 20 : 12), header.end);
}

function onlyEntry(movie: Uint8Array, stsd: Box): Box | undefined {
  if (readUint32(movie, stsd.bodyStart + 4, stsd.end) !== 1) return undefined;
  const entry = readBoxHeader(movie, stsd.bodyStart + 8, stsd.end);
  return entry && entry.end <= stsd.end ? entry : undefined;
}

/** An empty edit and one of the media, either of which may be missing. */
function placeEdits(
  edits: readonly Edit[],
  timescale: number,
  movieTimescale: number,
): Pick<MovieTrack, 'shiftTicks' | 'editStartTicks' | 'editEndTicks'> | undefined {
  const isEmpty = ({ mediaTicks }: Edit): boolean => mediaTicks === -1;
  const [late, media, ...more] = edits[0] && isEmpty(edits[0]) ? edits : [undefined, ...edits];
  if (movieTimescale === 0 || timescale === 0 || more.length > 0 || (late && !media)) return undefined;
  if (media && (media.mediaTicks < 0 || !media.isNormalRate)) return undefined;
  const lateTicks = rescale(late?.durationTicks ?? 0, movieTimescale, timescale);
  if (!media) return { shiftTicks: 0 };
  const playedTicks = rescale(media.durationTicks, movieTimescale, timescale);
  const end = playedTicks > 0 ? { editEndTicks: lateTicks + playedTicks } : {};
  return { shiftTicks: lateTicks - media.mediaTicks, editStartTicks: lateTicks, ...end };
}

const VISUAL_ENTRY_BYTES = 78;
/** By the version of QuickTime's sound description. */
const AUDIO_ENTRY_BYTES = [28, 44];

function describeEntry(movie: Uint8Array, entry: Box): Pick<MovieTrack, 'avc' | 'audioSpecificConfig'> {
  if (entry.type === 'avc1') {
    const avcC = findLoosely(movie, 'avcC', entry.bodyStart + VISUAL_ENTRY_BYTES, entry.end);
    return avcC ? { avc: parseAvcDecoderConfiguration(movie.subarray(avcC.bodyStart, avcC.end)) } : {};
  }
  const bytes = AUDIO_ENTRY_BYTES[readUint16(movie, entry.bodyStart + 8, entry.end)];
  if (entry.type !== 'mp4a' || bytes === undefined) return {};
  const wave = findLoosely(movie, 'wave', entry.bodyStart + bytes, entry.end);
  const esds = wave ? findBox(movie, ['esds'], wave.bodyStart, wave.end) : findLoosely(movie, 'esds', entry.bodyStart + bytes, entry.end);
  return esds ? { audioSpecificConfig: findAudioSpecificConfig(movie.subarray(esds.bodyStart, esds.end)) } : {};
}

/** QuickTime leaves a few zeros behind the boxes of a sample entry. */
function findLoosely(bytes: Uint8Array, type: string, start: number, end: number): Box | undefined {
  for (let offset = start; offset + 8 <= end && fourcc(bytes, offset + 4) !== '\0\0\0\0'; ) {
    const box = readBoxHeader(bytes, offset, end);
    if (!box || box.end > end) throw new BoxError('A sample entry is cut off', offset);
    if (box.type === type) return box;
    offset = box.end;
  }
  return undefined;
}
