import type { RequestListener } from 'node:http';
import { type AppOptions, createApp } from './app.ts';
import { createAnswerCache } from './cache/answer-cache.ts';
import { createAnswerFinder } from './cache/find-answer.ts';
import { createFastPath } from './fast-path.ts';
import { limitRequests } from './request-limits.ts';

export interface ListenerOptions extends Omit<AppOptions, 'answers'> {
  /** The most memory for answers. */
  cacheBytes: number;
  requestsPerAddress: number;
  /** Has Express answer everything. */
  withoutFastPath?: boolean;
}

/** Everything that is answered over HTTP: what is asked for most by the short way, the rest by Express. */
export function createListener({ cacheBytes, requestsPerAddress, withoutFastPath, ...options }: ListenerOptions): RequestListener {
  const { services, mayRead, isTrustedProxy, stopping } = options;
  const answers = createAnswerCache({ maxBytes: cacheBytes, find: createAnswerFinder(services), bus: services.bus });
  stopping.addEventListener('abort', answers.close);
  const next = limitRequests({ isTrustedProxy, requestsPerAddress }, createApp({ ...options, answers }));
  return withoutFastPath ? next : createFastPath({ answers, mayRead, noteServed: services.noteServed, next });
}
