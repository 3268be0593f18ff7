import { AppError } from '../errors.ts';
import { SegmenterError } from '../model/mp4/segmenter.ts';

/** What a segment lacked, in a sentence for people; all else as it is. */
export function describeFailure(error: unknown): unknown {
  if (!(error instanceof SegmenterError)) return error;
  const code = error.problem.kind === 'ended' ? 'source_ended_early' : 'segment_invalid';
  return new AppError(
    code,
    'This file lacks pictures or sounds for a stretch that it says it has: it was cut short or is damaged. Copy or download it again.',
    {
      cause: error,
      details: { ...error.problem },
    },
  );
}
