import type { VideoStreamInfo } from '../model/source-info.ts';
import { type Ticks, VIDEO_TIMESCALE } from '../model/time.ts';

type FieldFacts = Pick<VideoStreamInfo, 'fieldOrder' | 'areFieldsUnmarked' | 'frameRate'>;

export function isInterlaced({ fieldOrder }: Pick<VideoStreamInfo, 'fieldOrder'>): boolean {
  return ['tt', 'bb', 'tb', 'bt'].includes(fieldOrder);
}

/** Frames instead of fields, as many as before. Of a picture whose frames say what they are, whole ones stay as they are. */
export function deinterlaceFilters(video: FieldFacts): string[] {
  if (!isInterlaced(video)) return [];
  if (!video.areFieldsUnmarked) return ['bwdif=mode=send_frame:deint=interlaced'];
  return [`bwdif=mode=send_frame:parity=${PARITIES[video.fieldOrder] ?? 'auto'}:deint=all`];
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
