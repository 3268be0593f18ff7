import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AppError, type ErrorCode } from '../../pipeline/errors.ts';
import type { TitleView } from '../../pipeline/model/title.ts';

/** A running server, as commands speak with it: over its public API. */
export interface ApiClient {
  url: string;
  listTitles(): Promise<TitleView[]>;
  /** Streams the file; answers its title. */
  upload(path: string, name: string): Promise<{ title: TitleView; isNew: boolean }>;
}

export function createApiClient(url: string, apiToken: string | undefined): ApiClient {
  const headers: Record<string, string> = apiToken === undefined ? {} : { Authorization: `Bearer ${apiToken}` };
  return {
    url,
    async listTitles() {
      const { titles } = (await readAnswer(await ask(new URL('/api/titles', url), { headers }))) as { titles: TitleView[] };
      return titles;
    },
    async upload(path, name) {
      const target = new URL('/api/titles', url);
      target.searchParams.set('name', name);
      const { size } = await stat(path);
      const answer = await ask(target, {
        method: 'PUT',
        headers: { ...headers, 'Content-Length': String(size) },
        body: Readable.toWeb(createReadStream(path)) as ReadableStream,
        // Node demands it for a body that is a stream; lib.dom does not know it.
        duplex: 'half',
      } as RequestInit);
      return { title: (await readAnswer(answer)) as TitleView, isNew: answer.status === 201 };
    },
  };
}

async function ask(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw new AppError('not_ready', `The server at ${url.origin} broke off: ${String((error as Error).cause ?? error)}`, { cause: error });
  }
}

/** @throws AppError with the problem's code and sentence */
async function readAnswer(answer: Response): Promise<unknown> {
  if (answer.ok) return answer.json();
  const problem = (await answer.json().catch(() => ({}))) as { code?: ErrorCode; detail?: string };
  throw new AppError(problem.code ?? 'not_ready', problem.detail ?? `The server answered ${answer.status}.`);
}
