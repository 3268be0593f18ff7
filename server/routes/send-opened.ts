import type { Request, Response } from 'express';
import type { AnswerCache } from '../cache/answer-cache.ts';
import type { OpenAnswer } from '../cache/answer-memory.ts';
import { respond } from '../cache/respond.ts';

/** Resolves when it was handed to the connection. @throws AppError `range_unsatisfiable`, `precondition_failed` */
export function sendOpened(req: Request, res: Response, answers: AnswerCache, open: OpenAnswer): Promise<void> {
  return new Promise((resolve, reject) => {
    res.once('finish', resolve).once('close', resolve);
    respond(req, res, answers, open, { wasPeeked: false, refuse: reject });
  });
}
