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
  | 'precondition_failed'
  | 'too_many_requests'
  | 'rendition_unknown'
  | 'port_taken'
  | 'already_running'
  | 'name_invalid'
  | 'upload_too_large'
  | 'upload_incomplete'
  | 'disk_full'
  | 'source_empty'
  | 'source_unreadable'
  | 'source_not_media'
  | 'source_still'
  | 'source_truncated'
  | 'source_no_streams'
  | 'source_unsupported'
  | 'source_missing'
  | 'source_ended_early'
  | 'segment_not_ready'
  | 'segment_past_end'
  | 'segment_invalid'
  | 'init_conflict'
  | 'not_copyable'
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

/** What the system says when it is the machine that refuses, not the file: work rests and is tried again. */
const REFUSALS: Readonly<Record<string, string>> = {
  EROFS: 'The disk can only be read, not written. Make it writable; work goes on by itself.',
  EACCES: 'Millrace may not read or write there. Give its user access to the media home; work goes on by itself.',
  EPERM: 'Millrace may not read or write there. Give its user access to the media home; work goes on by itself.',
  EIO: 'The disk reports an error. Check it and its connection; work goes on by itself.',
  ENODEV: 'The disk has gone away. Connect it again; work goes on by itself.',
  ENXIO: 'The disk has gone away. Connect it again; work goes on by itself.',
  ESTALE: 'The network disk has gone away. Connect it again; work goes on by itself.',
  ENOTCONN: 'The network disk has gone away. Connect it again; work goes on by itself.',
  EMFILE: 'Too many files are open. Raise the limit (ulimit -n); work goes on by itself.',
  ENFILE: 'Too many files are open on this machine. Close other programs; work goes on by itself.',
  EBUSY: 'The disk is busy. Work goes on by itself when it is not.',
};

/** Maps anything thrown to an AppError; what the machine refuses may be tried again, unknown errors become `internal`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const errno = (error as NodeJS.ErrnoException | undefined)?.code;
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new AppError('disk_full', 'The disk is full. Free some space; work goes on by itself.', { cause: error, retryable: true });
  }
  const refusal = REFUSALS[errno ?? ''];
  if (refusal !== undefined) return new AppError('store_failed', refusal, { cause: error, retryable: true, details: { errno } });
  if (error instanceof Error && error.name === 'AbortError') return new AppError('cancelled', 'The work was cancelled.', { cause: error });
  return new AppError('internal', 'Something went wrong inside Millrace. The log has the details.', { cause: error });
}
