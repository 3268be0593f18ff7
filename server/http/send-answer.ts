import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FileAnswer, type HeaderList, partHeaders, type TextBody } from './answer.ts';
import type { AnswerDecision } from './decide-answer.ts';
import type { ByteRange } from './range.ts';

/** Of a file that memory has no room for, this much is in hand at a time. */
const PIECE_BYTES = 64 * 1024;

type FileDecision = Exclude<AnswerDecision, { kind: 'unsatisfiable' | 'precondition-failed' }>;

export function sendNotModified(res: ServerResponse, headers: HeaderList): void {
  res.writeHead(304, headers as string[]).end();
}

export function sendTextBody(req: IncomingMessage, res: ServerResponse, { bytes, headers }: TextBody): void {
  res.writeHead(200, headers as string[]).end(req.method === 'HEAD' ? undefined : bytes);
}

/**
 * Sends a stored file or a part of it. From memory all bytes are in hand before the first is sent (I9); else the file is whole on its
 * disk, and its first piece in hand.
 */
export function sendFileAnswer(req: IncomingMessage, res: ServerResponse, answer: FileAnswer, decision: FileDecision): void {
  if (decision.kind === 'not-modified') {
    sendNotModified(res, answer.headers);
    return;
  }
  const status = decision.kind === 'part' ? 206 : 200;
  const headers = decision.kind === 'part' ? partHeaders(answer, decision.range) : answer.wholeHeaders;
  const { bytes } = answer;
  if (req.method === 'HEAD' || answer.sizeBytes === 0) res.writeHead(status, headers as string[]).end();
  else if (bytes === undefined) {
    const range = decision.kind === 'part' ? decision.range : { start: 0, end: answer.sizeBytes - 1 };
    void sendPieces(res, answer, range, () => res.writeHead(status, headers as string[]));
  } else {
    const body = decision.kind === 'part' ? bytes.subarray(decision.range.start, decision.range.end + 1) : bytes;
    res.writeHead(status, headers as string[]).end(body);
  }
}

/** What goes away meanwhile ends the connection: the client knows by the length that it has not all, and asks again. */
async function sendPieces(res: ServerResponse, answer: FileAnswer, { start, end }: ByteRange, begin: () => void): Promise<void> {
  try {
    for (let at = start; at <= end; at += PIECE_BYTES) {
      const bytes = await answer.read({ start: at, end: Math.min(at + PIECE_BYTES - 1, end) });
      if (res.destroyed) return;
      if (bytes === undefined) throw new Error('It has gone');
      if (at === start) begin();
      if (!res.write(bytes)) await drainOrClose(res);
      if (res.destroyed) return;
    }
    res.end();
  } catch {
    res.destroy();
  }
}

function drainOrClose(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.on('drain', done).on('close', done);
  });
}
