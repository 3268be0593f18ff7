import type { ServerResponse } from 'node:http';
import type { AppError, ErrorCode } from '../../pipeline/errors.ts';
import { cacheControl } from './cache-policy.ts';

/** RFC 9457, with our stable `code`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
}

/** The one place that knows an HTTP status for an error. */
const STATUSES: Record<ErrorCode, number> = {
  bad_request: 400,
  unauthorized: 401,
  forbidden_host: 403,
  forbidden_origin: 403,
  not_found: 404,
  not_ready: 503,
  range_unsatisfiable: 416,
  precondition_failed: 412,
  too_many_requests: 429,
  rendition_unknown: 400,
  port_taken: 500,
  already_running: 500,
  name_invalid: 400,
  upload_too_large: 413,
  upload_incomplete: 400,
  disk_full: 507,
  source_empty: 422,
  source_unreadable: 422,
  source_not_media: 422,
  source_still: 422,
  source_truncated: 422,
  source_no_streams: 422,
  source_unsupported: 422,
  source_missing: 503,
  source_ended_early: 422,
  segment_not_ready: 503,
  segment_past_end: 404,
  segment_invalid: 500,
  init_conflict: 500,
  not_copyable: 410,
  claim_lost: 503,
  encoder_mismatch: 410,
  ffmpeg_missing: 500,
  ffmpeg_failed: 500,
  ffmpeg_stalled: 500,
  store_failed: 500,
  config_invalid: 500,
  cancelled: 503,
  internal: 500,
};

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not authorized',
  403: 'Forbidden',
  404: 'Not found',
  412: 'Precondition failed',
  413: 'Too large',
  416: 'Range not satisfiable',
  422: 'The file cannot be used',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not ready yet',
  507: 'The disk is full',
};

/** Headers that a status demands: when to come again, and how to authenticate (RFC 9110 10.2.3, 11.6.1). */
const HEADERS: Record<number, Record<string, string>> = {
  401: { 'WWW-Authenticate': 'Bearer realm="millrace"' },
  429: { 'Retry-After': '5' },
  503: { 'Retry-After': '2' },
};

export function renderProblem(error: AppError): { status: number; headers: Record<string, string>; body: Problem } {
  // What may succeed by itself later is no fault inside.
  const status = error.retryable && STATUSES[error.code] === 500 ? 503 : STATUSES[error.code];
  return {
    status,
    headers: HEADERS[status] ?? {},
    body: { type: `urn:millrace:problem:${error.code}`, title: TITLES[status] ?? 'Error', status, code: error.code, detail: error.message },
  };
}

/** Answers with a problem where no Express is. */
export function writeProblem(res: ServerResponse, error: AppError): void {
  const { status, headers, body } = renderProblem(error);
  res.writeHead(status, { ...headers, 'Content-Type': 'application/problem+json', 'Cache-Control': cacheControl('error') });
  res.end(JSON.stringify(body));
}
