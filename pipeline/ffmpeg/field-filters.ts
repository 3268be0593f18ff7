import type { VideoStreamInfo } from '../model/source-info.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';

type FieldFacts = Pick<VideoStreamInfo, 'fieldOrder' | 'areFieldsUnmarked' | 'frameRate' | 'width' | 'height' | 'pixelFormat'>;

export function isInterlaced({ fieldOrder }: Pick<VideoStreamInfo, 'fieldOrder'>): boolean {
  return ['tt', 'bb', 'tb', 'bt'].includes(fieldOrder);
}

/**
 * Frames instead of fields, as many as before. Of a picture whose frames say what they are, whole ones stay as they are. What
 * changes its size within the source is brought to one beforehand, without cost where nothing changes.
 */
export function deinterlaceFilters(video: FieldFacts): string[] {
  if (!isInterlaced(video)) return [];
  const mode = video.areFieldsUnmarked ? `parity=${PARITIES[video.fieldOrder] ?? 'auto'}:deint=all` : 'deint=interlaced';
  const { width, height, pixelFormat } = video;
  const format = pixelFormat === 'unknown' ? [] : [`format=${pixelFormat}`];
  return [`scale=${width}:${height}:interl=-1`, ...format, `bwdif=mode=send_frame:${mode}`];
}

/**
 * Input options. ffmpeg makes its filters anew when a picture changes its size, and the frame that the deinterlacer holds back
 * would be lost: so it does not.
 */
export function deinterlaceInputOptions(video: FieldFacts): string[] {
  return isInterlaced(video) ? ['-reinit_filter', '0'] : [];
}

/** What the mixed orders mean differs between the programs that write them (ffmpeg's own muxers among them). */
const PARITIES: Readonly<Record<string, string>> = { tt: 'tff', bb: 'bff' };

/** The deinterlacer looks at the frame before; more, since times of frames are not even. */
const FRAMES_BEFORE = 2.5;

/** From where to decode so that the frame at `ticks` comes out the same wherever a chunk begins. */
export function decodeFromTicks(video: FieldFacts, ticks: Ticks): Ticks {
  if (!isInterlaced(video)) return ticks;
  return ticks - Math.ceil((FRAMES_BEFORE * VIDEO_TIMESCALE * video.frameRate.den) / video.frameRate.num);
}
