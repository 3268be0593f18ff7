import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../../pipeline/errors.ts';
import { chooseTextEncoding } from '../http/accept-encoding.ts';
import { decideAnswer } from '../http/decide-answer.ts';
import { renderContentRange } from '../http/range.ts';
import { sendFileAnswer, sendNotModified, sendTextBody } from '../http/send-answer.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { OpenAnswer } from './answer-memory.ts';

/**
 * Answers a GET or HEAD with what was found, and closes it. Both ways of a request end here, the one past Express and the one through
 * it. What is refused is handed to `refuse`, with nothing sent.
 */
export function respond(
  req: IncomingMessage,
  res: ServerResponse,
  answers: AnswerCache,
  open: OpenAnswer,
  { wasPeeked, refuse }: { wasPeeked: boolean; refuse: (error: AppError) => void },
): void {
  const { answer } = open;
  const decision = decideAnswer(req.method, req.headers, answer);
  const close = (): void => answers.sent(open, res, wasPeeked);
  if (decision.kind === 'unsatisfiable' || decision.kind === 'precondition-failed') {
    close();
    if (decision.kind === 'unsatisfiable') res.setHeader('Content-Range', renderContentRange(undefined, answer.sizeBytes));
    refuse(explainRefusal(decision.kind, answer.sizeBytes));
  } else if (answer.kind === 'file') {
    sendFileAnswer(req, res, answer, decision);
    close();
  } else if (decision.kind === 'not-modified') {
    sendNotModified(res, answer.headers);
    close();
  } else {
    const body = answers.encoded(open, answer, chooseTextEncoding(req.headers['accept-encoding']));
    if (body instanceof Promise) {
      body
        .then((ready) => sendTextBody(req, res, ready))
        .catch(refuse)
        .finally(close);
    } else {
      sendTextBody(req, res, body);
      close();
    }
  }
}

function explainRefusal(kind: 'unsatisfiable' | 'precondition-failed', sizeBytes: number): AppError {
  if (kind === 'precondition-failed') return new AppError('precondition_failed', 'What is here is not what the request is meant for.');
  return new AppError('range_unsatisfiable', `The file has ${sizeBytes} bytes; none of them is in the range asked for.`);
}
