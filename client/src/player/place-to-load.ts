/** More than a buffer's end differs from its segment's, less than any segment lasts. */
const WITHIN_SEGMENT_SECONDS = 0.1;

/** Where hls.js loads next: title time, a little past the edge, so that it lies within the segment. `ahead` is what is buffered. */
export function placeToLoad(ahead: { end: number } | null, media: { currentTime: number } | null): number {
  return (ahead?.end ?? media?.currentTime ?? 0) + WITHIN_SEGMENT_SECONDS;
}
