import type { PendingFile } from '../../pipeline/catalogue/catalogue.ts';
import type { TitleView } from '../../pipeline/model/title.ts';
import type { Waveform } from '../../pipeline/model/waveform.ts';
import type { BackgroundView, TitleSegmentsView, WorkView } from '../../pipeline/model/work/work-view.ts';
import { askForToken, authorization } from './app/access-token.ts';
import { texts } from './texts.ts';

/** An answer that is not the one asked for. `message` is a sentence for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The problem's code, or `unreachable` when there was no answer. */
  readonly code: string;
  readonly status: number;

  /** Whether the same request can do better without anything being changed by a person. */
  get isRetryable(): boolean {
    return this.status === 0 ? this.code === 'unreachable' : this.status === 401 || this.status >= 500;
  }

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export async function fetchTitles(signal?: AbortSignal): Promise<TitleView[]> {
  return ((await request('/api/titles', { signal })) as { titles: TitleView[] }).titles;
}

export async function fetchTitle(titleId: string, signal?: AbortSignal): Promise<TitleView> {
  return (await request(titlePath(titleId), { signal })) as TitleView;
}

export async function fetchPending(signal?: AbortSignal): Promise<PendingFile[]> {
  return ((await request('/api/pending', { signal })) as { files: PendingFile[] }).files;
}

/** A title of sound alone, as its tags describe it. */
export interface TrackFacts {
  id: string;
  title: string;
  artist?: string;
  album?: string;
  durationSeconds: number | null;
}

export async function fetchTracks(search: URLSearchParams, signal?: AbortSignal): Promise<TrackFacts[]> {
  return ((await request(`/api/tracks?${search}`, { signal })) as { tracks: TrackFacts[] }).tracks;
}

/** The texts of the library. */
export async function fetchTexts(signal?: AbortSignal): Promise<{ name: string }[]> {
  return ((await request('/api/texts', { signal })) as { texts: { name: string }[] }).texts;
}

export async function renameTitle(titleId: string, name: string): Promise<void> {
  await request(titlePath(titleId), {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name }),
  });
}

export async function deleteTitle(titleId: string): Promise<void> {
  await request(titlePath(titleId), { method: 'DELETE' });
}

export async function fetchSegments(titleId: string, signal?: AbortSignal): Promise<TitleSegmentsView> {
  return (await request(`${titlePath(titleId)}/segments`, { signal })) as TitleSegmentsView;
}

/** `url` is a title's `waveformUrl`. */
export async function fetchWaveform(url: string, signal?: AbortSignal): Promise<Waveform> {
  return (await request(url, { signal })) as Waveform;
}

/** Undefined where the server does not tell. */
export async function fetchWork(signal?: AbortSignal): Promise<WorkView | undefined> {
  try {
    return (await request('/api/work', { signal })) as WorkView;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

export async function pauseBackground(isPaused: boolean): Promise<BackgroundView> {
  return (await request('/api/work/background', {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ paused: isPaused }),
  })) as BackgroundView;
}

/** Maps an answer's body, which may be a proxy's page instead of a problem, to an error in plain words. */
export function toApiError(status: number, body: string): ApiError {
  const problem = parseProblem(body);
  const code = problem?.code ?? `http_${status}`;
  return new ApiError(code, status, texts.errors[code] ?? problem?.detail ?? texts.errorUnexpected(status));
}

async function request(
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: string; signal?: AbortSignal | undefined },
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { ...init.headers, ...authorization() }, signal: init.signal ?? null });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError('unreachable', 0, texts.errorUnreachable);
  }
  const body = await response.text();
  if (response.status === 401 && (await askForToken())) return request(path, init);
  if (!response.ok) throw toApiError(response.status, body);
  return body === '' ? undefined : JSON.parse(body);
}

function parseProblem(body: string): { code?: string; detail?: string } | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // A proxy's error page: the status is all there is to say.
    return undefined;
  }
}

function titlePath(titleId: string): string {
  return `/api/titles/${encodeURIComponent(titleId)}`;
}
