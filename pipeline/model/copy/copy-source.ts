import type { MovieTrack } from '../mp4/movie-track.ts';
import type { ReportCode, ReportNote } from '../report-notes.ts';

/** What was read of a source to decide by whether its streams can be copied. */
export interface CopySource {
  sizeBytes: number;
  /** By stream index; those are missing whose samples cannot be taken out one by one (see readMovieTrack). */
  tracks: ReadonlyMap<number, MovieTrack>;
  /**
   * Of some keyframes of the picture, spread over the title: whether all are IDR pictures of the one set of parameters. The rest
   * are looked at when they are copied.
   */
  areKeyframesSound: boolean;
}

/** Whether a stream is copied, or why it is encoded although it is of the right codec. */
export type CopyDecision<Copy> = ({ kind: 'copy' } & Copy) | { kind: 'encode'; note: ReportNote };

export function encodeBecause(code: ReportCode, sentence: string): { kind: 'encode'; note: ReportNote } {
  return { kind: 'encode', note: { code, sentence } };
}

/** Whether every sample is something, and lies within the file: one that was cut short is not taken at its word. */
export function isWhole({ samples }: MovieTrack, sizeBytes: number): boolean {
  return samples.sizes.every((size, index) => size > 0 && (samples.offsets[index] as number) + size <= sizeBytes);
}

export const NO_TABLES = 'Not copied: this container does not say where each frame is; MP4 and MOV do.';
