import { AppError } from '../errors.ts';
import { type Seconds, type Ticks, ticksToSeconds } from '../model/time.ts';
import { INPUT_LIMITS } from './ffprobe-command.ts';
import type { FfmpegTools } from './locate.ts';
import { type FfprobeOptions, readFfmpegLines } from './run-ffprobe.ts';

/** As ffprobe's `field_order` has them: top or bottom field first. */
export type FieldOrder = 'tt' | 'bb';

/** What idet says of a frame. */
const MARK = /^lavfi\.idet\.single\.current_frame=(\w+)$/;
/**
 * So many frames in a row are combed with the same field first: film that was brought to the rate of television (telecine)
 * never has more than four.
 */
const COMBED_IN_A_ROW = 10;
const SAMPLE_FRAMES = 50;
/** Where samples are taken from a source that is long enough for two. */
const PLACES = [1 / 3, 2 / 3];
const SHORTEST_FOR_TWO: Seconds = 10;
/** A guess is worth this long and no more; usually it takes half a second, on a busy machine several. */
const TIMEOUT_MS = 15_000;

export interface FieldSample {
  /** From the source's start. */
  durationTicks: Ticks | undefined;
  streamIndex: number;
}

/**
 * Whether a picture whose frames do not say so consists of fields, by looking at a hundred of its frames. Undefined when it
 * does not, or cannot be found out in time.
 *
 * @throws AppError `cancelled`
 */
export async function detectFields(
  path: string,
  sample: FieldSample,
  options: FfprobeOptions & { tools: Pick<FfmpegTools, 'ffmpegPath' | 'lifeline'> },
): Promise<FieldOrder | undefined> {
  const found = await Promise.all(
    sampleStarts(sample.durationTicks).map(async (startSeconds) => {
      const marks: string[] = [];
      await readFfmpegLines(fieldArgs(path, sample.streamIndex, startSeconds), { ...options, timeoutMs: TIMEOUT_MS }, (line) => {
        const mark = MARK.exec(line)?.[1];
        if (mark !== undefined) marks.push(mark);
      }).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'cancelled') throw error;
        options.log.debug({ err: error }, 'the fields of a picture could not be looked for');
      });
      return judgeFields(marks);
    }),
  );
  return found.find((order) => order !== undefined);
}

function sampleStarts(durationTicks: Ticks | undefined): Seconds[] {
  const seconds = durationTicks === undefined ? 0 : ticksToSeconds(durationTicks);
  return seconds < SHORTEST_FOR_TWO ? [0] : PLACES.map((place) => place * seconds);
}

/** Pure. idet's own threshold takes sharp patterns that move for fields (tried); this one still sees those of slow films. */
export function fieldArgs(path: string, streamIndex: number, startSeconds: Seconds): string[] {
  return [
    ...INPUT_LIMITS,
    ...['-an', '-sn', '-dn', ...(startSeconds > 0 ? ['-ss', startSeconds.toFixed(3)] : []), '-i', `file:${path}`],
    ...['-map', `0:${streamIndex}`, '-frames:v', String(SAMPLE_FRAMES)],
    ...['-vf', 'idet=intl_thres=1.2,metadata=mode=print:key=lavfi.idet.single.current_frame:file=-', '-f', 'null', '-'],
  ];
}

/** Pure. `marks`: idet's words for frames in order. */
export function judgeFields(marks: readonly string[]): FieldOrder | undefined {
  let run = 0;
  for (const [index, mark] of marks.entries()) {
    run = mark === marks[index - 1] ? run + 1 : 1;
    if (run === COMBED_IN_A_ROW && mark === 'tff') return 'tt';
    if (run === COMBED_IN_A_ROW && mark === 'bff') return 'bb';
  }
  return undefined;
}

/** The sizes and rates of television, within which a picture may consist of fields although it does not say so. */
const LINES_OF_TELEVISION = [480, 486, 576];
const LINES_OF_HIGH_DEFINITION = [1080, 1088];
/** Formats of cameras and capture. Elsewhere pictures this large that state no fields hold none, and would cost too much to look at. */
const CAPTURE_CODECS = new Set([
  'mpeg2video',
  'dvvideo',
  'prores',
  'dnxhd',
  'mjpeg',
  'ffv1',
  'huffyuv',
  'utvideo',
  'rawvideo',
  'v210',
  'vc1',
]);

export interface UnmarkedPicture {
  codec: string;
  height: number;
  fieldOrder: string;
  framesPerSecond: number;
}

/** Pure. */
export function mayHideFields({ codec, height, fieldOrder, framesPerSecond }: UnmarkedPicture): boolean {
  const isAtRate = [25, 29.97, 30].some((rate) => Math.abs(framesPerSecond - rate) < 0.1);
  if (!isAtRate || ['tt', 'bb', 'tb', 'bt'].includes(fieldOrder)) return false;
  if (LINES_OF_TELEVISION.includes(height)) return true;
  return LINES_OF_HIGH_DEFINITION.includes(height) && CAPTURE_CODECS.has(codec);
}
