/**
 * Every error a user or a client can meet. Codes are stable: they are in the API, in failed/<name>.error.json and in the
 * pages' texts. HTTP statuses are mapped from them in server/http/problem.ts and nowhere else.
 */
export type ErrorCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden_host'
  | 'forbidden_origin'
  | 'not_found'
  | 'not_ready'
  | 'range_unsatisfiable'
  | 'port_taken'
  | 'already_running'
  | 'name_invalid'
  | 'upload_too_large'
  | 'upload_incomplete'
  | 'disk_full'
  | 'source_empty'
  | 'source_unreadable'
  | 'source_not_media'
  | 'source_truncated'
  | 'source_no_streams'
  | 'source_unsupported'
  | 'source_missing'
  | 'source_ended_early'
  | 'segment_not_ready'
  | 'segment_past_end'
  | 'segment_invalid'
  | 'init_conflict'
  | 'claim_lost'
  | 'encoder_mismatch'
  | 'ffmpeg_missing'
  | 'ffmpeg_failed'
  | 'ffmpeg_stalled'
  | 'store_failed'
  | 'config_invalid'
  | 'cancelled'
  | 'internal';

export interface AppErrorOptions {
  cause?: unknown;
  /** Whether the same call may succeed later without anything being changed by a person. */
  retryable?: boolean;
  /** Facts for the log, never shown to users. */
  details?: Record<string, unknown>;
}

/** The one error class that crosses module boundaries. `message` is a sentence for people that says what to do. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}

/** Maps anything thrown to an AppError; unknown errors become `internal` with the original as cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const errno = (error as NodeJS.ErrnoException | undefined)?.code;
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new AppError('disk_full', 'The disk is full. Free some space; work goes on by itself.', { cause: error, retryable: true });
  }
  if (error instanceof Error && error.name === 'AbortError') return new AppError('cancelled', 'The work was cancelled.', { cause: error });
  return new AppError('internal', 'Something went wrong inside Millrace. The log has the details.', { cause: error });
}
