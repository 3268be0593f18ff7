import { displaySize, type PictureSize } from './ladder/picture-size.ts';
import type { Cue } from './text/cue.ts';
import { renderVtt } from './text/render-vtt.ts';
import { type Ticks, VIDEO_TIMESCALE } from './time.ts';

/**
 * The thumbnails of a title, laid on sheets: thumbnail k stands for title time [k, k + 1) × intervalTicks, in reading order, sheet
 * after sheet.
 */
export interface Storyboard {
  durationTicks: Ticks;
  intervalTicks: Ticks;
  thumbnailCount: number;
  thumbnail: PictureSize;
  columns: number;
  rows: number;
}

/** What displaySize takes. */
type PictureShape = Parameters<typeof displaySize>[0];

/** However long a title is. */
const MOST_THUMBNAILS = 400;
/** Keyframes rarely stand closer. */
const SHORTEST_INTERVAL_TICKS = 2 * VIDEO_TIMESCALE;
const LONGEST_SIDE = 192;
/** About 100 kB a sheet: the first preview is there soon. */
const COLUMNS = 10;
const MOST_ROWS = 5;

export function planStoryboard(video: PictureShape, durationTicks: Ticks): Storyboard {
  const intervalTicks = Math.max(SHORTEST_INTERVAL_TICKS, Math.ceil(durationTicks / MOST_THUMBNAILS));
  const thumbnailCount = Math.max(1, Math.ceil(durationTicks / intervalTicks));
  const columns = Math.min(COLUMNS, thumbnailCount);
  const rows = Math.min(MOST_ROWS, Math.ceil(thumbnailCount / columns));
  return { durationTicks, intervalTicks, thumbnailCount, thumbnail: thumbnailSize(video), columns, rows };
}

function thumbnailSize(video: PictureShape): PictureSize {
  const { width, height } = displaySize(video);
  const scale = LONGEST_SIDE / Math.max(width, height);
  const even = (side: number): number => Math.max(2, 2 * Math.round((side * scale) / 2));
  return { width: even(width), height: even(height) };
}

export function sheetCount({ thumbnailCount, columns, rows }: Storyboard): number {
  return Math.ceil(thumbnailCount / (columns * rows));
}

/** `storyboard-<sheet>.jpg`, from 0 on. */
export function sheetName(sheet: number): string {
  return `storyboard-${sheet}.jpg`;
}

/** WebVTT as players take it for previews: each cue names a sheet, relative to the file, and the rectangle on it (Media Fragments 4.2.2). */
export function renderStoryboard(storyboard: Storyboard): string {
  const { durationTicks, intervalTicks, thumbnailCount, thumbnail, columns, rows } = storyboard;
  const { width, height } = thumbnail;
  const toMs = (ticks: Ticks): number => Math.round((ticks * 1000) / VIDEO_TIMESCALE);
  const cues = Array.from({ length: thumbnailCount }, (_, index): Cue => {
    const place = index % (columns * rows);
    const [x, y] = [(place % columns) * width, Math.floor(place / columns) * height];
    return {
      startMs: toMs(index * intervalTicks),
      endMs: toMs(Math.min((index + 1) * intervalTicks, durationTicks)),
      text: `${sheetName(Math.floor(index / (columns * rows)))}#xywh=${x},${y},${width},${height}`,
    };
  });
  return renderVtt(cues);
}
