import { type Request, type Response, Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { splitLines, type TextLine } from '../../pipeline/model/text/text-lines.ts';
import { decodeChunks } from '../../pipeline/text/chunk-decoder.ts';
import type { OpenText } from '../../pipeline/text/library-texts.ts';
import { cacheControl } from '../http/cache-policy.ts';
import { isNotModified } from '../http/conditional.ts';
import { fileEtag } from '../http/etag.ts';
import { sendChunks } from '../http/send-chunks.ts';
import type { Services } from '../services.ts';

const TEXT_TYPE = 'text/plain';
const EVENTS_TYPE = 'text/event-stream';

/**
 * `GET /text_stream?file_name=`: a text of the library in UTF-8 whatever it is stored in, as it is read; to who takes
 * `text/event-stream` line by line, from `Last-Event-ID` on.
 */
export function textStreamRoutes({ texts }: Services): Router {
  const router = Router();
  router.get('/text_stream', async (req, res) => {
    const { file_name: name } = req.query;
    if (typeof name !== 'string' || name === '') throw new AppError('bad_request', 'Say which text: /text_stream?file_name=NAME');
    const text = await texts.open(name);
    if (text === undefined) throw new AppError('not_found', 'There is no text of that name.');
    res.set({ 'Cache-Control': cacheControl('library-text'), Vary: 'Accept' });
    if (req.accepts([TEXT_TYPE, EVENTS_TYPE]) === EVENTS_TYPE) await sendEvents(req, res, text);
    else await sendPlain(req, res, text);
  });
  return router;
}

async function sendPlain(req: Request, res: Response, text: OpenText): Promise<void> {
  const etag = fileEtag(text);
  res.set('ETag', etag);
  if (isNotModified(req.get('If-None-Match'), etag)) {
    res.status(304).end();
    return;
  }
  res.set('Content-Type', `${TEXT_TYPE}; charset=utf-8`);
  await sendChunks(req, res, decodeChunks(text.read(), text.encoding));
}

/** 204 where nothing is left: an EventSource that has had all does not come again then (WHATWG HTML 9.2.3). */
async function sendEvents(req: Request, res: Response, text: OpenText): Promise<void> {
  const lines = linesAfter(splitLines(decodeChunks(text.read(), text.encoding)), lastLine(req.get('Last-Event-ID')));
  try {
    const first = await lines.next();
    if (first.done) {
      res.status(204).end();
      return;
    }
    // nginx would hold lines back in its buffer.
    res.set({ 'Content-Type': `${EVENTS_TYPE}; charset=utf-8`, 'X-Accel-Buffering': 'no' });
    await sendChunks(req, res, renderEvents(first.value, lines));
  } finally {
    // Also where nobody was there any more to take a second one.
    await lines.return(undefined);
  }
}

async function* linesAfter(lines: AsyncIterable<TextLine>, last: number): AsyncGenerator<TextLine> {
  for await (const line of lines) if (line.number > last) yield line;
}

async function* renderEvents(first: TextLine, others: AsyncIterable<TextLine>): AsyncGenerator<string> {
  yield renderEvent(first);
  for await (const line of others) yield renderEvent(line);
  yield 'event: end\ndata:\n\n';
}

/** Of a line that comes in pieces the last has its number: who lost the line in between gets all of the line again. */
function renderEvent({ number, text, isWhole }: TextLine): string {
  return isWhole ? `id: ${number}\ndata: ${text}\n\n` : `event: piece\ndata: ${text}\n\n`;
}

function lastLine(lastEventId: string | undefined): number {
  return /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : 0;
}
