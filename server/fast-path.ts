import type { RequestListener } from 'node:http';
import type { AnswerCache } from './cache/answer-cache.ts';
import type { OpenAnswer } from './cache/answer-memory.ts';
import { respond } from './cache/respond.ts';
import type { MayRead } from './http/access.ts';
import { parseMediaPath } from './http/media-path.ts';
import type { Services } from './services.ts';

export interface FastPathOptions {
  answers: AnswerCache;
  mayRead: MayRead;
  noteServed: Services['noteServed'];
  /** Answers everything else: other addresses, what is not there yet, what is refused or fails. */
  next: RequestListener;
}

/** Answers requests for segments, init segments and playlists that are there ahead of Express, which costs more than they do. */
export function createFastPath({ answers, mayRead, noteServed, next }: FastPathOptions): RequestListener {
  return (req, res) => {
    const { method, url = '' } = req;
    const isRead = method === 'GET' || method === 'HEAD';
    const hot = isRead ? answers.peek(url) : undefined;
    const target = hot?.target ?? (isRead ? parseMediaPath(url) : undefined);
    if (target === undefined || !mayRead(req, target.titleId)) {
      next(req, res);
      return;
    }

    const answer = (open: OpenAnswer, wasPeeked: boolean): void => {
      respond(req, res, answers, open, { wasPeeked, refuse: () => next(req, res) });
      if (target.kind === 'file') void noteServed(target.titleId, target.renditionId, target.fileName);
    };
    if (hot !== undefined) answer(hot, true);
    else {
      answers
        .open(target)
        // Express meets the same failure, and tells it as a problem.
        .catch(() => undefined)
        .then((open) => (open === undefined ? next(req, res) : answer(open, false)))
        // Half an answer is none: the client asks again.
        .catch(() => res.destroy());
    }
  };
}
