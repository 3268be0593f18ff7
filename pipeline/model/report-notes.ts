/** Stable names of what became of a stream, or why nothing did. New ones may come; a name never changes its meaning. */
export type ReportCode =
  | 'encoded'
  | 'copied'
  | 'uncopied-container'
  | 'uncopied-profile'
  | 'uncopied-parameter-sets'
  | 'uncopied-shape'
  | 'uncopied-fields'
  | 'uncopied-colors'
  | 'uncopied-size'
  | 'uncopied-frame-rate'
  | 'uncopied-bit-rate'
  | 'uncopied-times'
  | 'uncopied-keyframes'
  | 'uncopied-channels'
  | 'uncopied-sample-rate'
  | 'uncopied-loudness'
  | 'bits-saved'
  | 'rungs-left-out'
  | 'ladder-kept'
  | 'ladder-unsampled'
  | 'encoded-further'
  | 'scaled-down'
  | 'frames-thinned'
  | 'turned'
  | 'mirrored'
  | 'pixels-squared'
  | 'deinterlaced'
  | 'fields-detected'
  | 'tone-mapped'
  | 'dolby-vision-base'
  | 'dolby-vision-grey'
  | 'colors-converted'
  | 'depth-reduced'
  | 'alpha-flattened'
  | 'stands-still'
  | 'without-iframes'
  | 'mixed-down'
  | 'too-many-tracks'
  | 'samples-counted'
  | 'unpacked'
  | 'more-recordings'
  | 'clock-restarts'
  | 'another-picture'
  | 'unplayable'
  | 'cover'
  | 'captions'
  | 'captions-empty'
  | 'subtitle'
  | 'subtitle-pictures'
  | 'subtitle-file'
  | 'attachment'
  | 'data'
  | 'chapters'
  | 'cut-short';

/** One thing to say of a stream: a whole sentence, and its name. */
export interface ReportNote {
  code: ReportCode;
  sentence: string;
}

/** The notes of a stream as its report has them: sentences for people, and their names in the same order. */
export function joinNotes(notes: readonly ReportNote[]): { reason: string; codes: ReportCode[] } {
  return { reason: notes.map(({ sentence }) => sentence).join(' '), codes: notes.map(({ code }) => code) };
}
