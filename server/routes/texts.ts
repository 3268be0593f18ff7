import express, { type Request, Router } from 'express';
import { z } from 'zod';
import { AppError } from '../../pipeline/errors.ts';
import type { LibraryText } from '../../pipeline/text/library-texts.ts';
import { expectBody, lingerAfterRefusal } from '../http/expect-body.ts';
import type { Services } from '../services.ts';

const CHANGE = z.strictObject({ name: z.string() });

/** `GET /api/texts`, `PUT /api/texts?name=`; `GET`, `PATCH` and `DELETE` of one by its name. What they say is at `streamUrl`. */
export function textRoutes({ texts, receiveText }: Services): Router {
  const router = Router();

  router.get('/api/texts', async (_req, res) => {
    res.json({ texts: (await texts.list()).map(viewText) });
  });

  router.put('/api/texts', async (req, res) => {
    lingerAfterRefusal(req, res);
    const { name } = req.query;
    if (typeof name !== 'string' || name === '')
      throw new AppError('name_invalid', 'Say what the text is called: PUT /api/texts?name=lyrics.txt');
    const text = await receiveText(req, { name, ...expectBody(req, res) });
    res.status(201).json(viewText(text));
  });

  router.get('/api/texts/:name', async (req, res) => {
    const text = await texts.open(nameOf(req));
    if (text === undefined) throw new AppError('not_found', 'There is no text of that name.');
    res.json({ ...viewText(text), encoding: text.encoding });
  });

  router.patch('/api/texts/:name', express.json({ limit: '16kb' }), async (req, res) => {
    const change = CHANGE.safeParse(req.body);
    if (!change.success) throw new AppError('bad_request', 'Send a JSON object with a `name`.');
    res.json(viewText(await texts.rename(nameOf(req), change.data.name)));
  });

  router.delete('/api/texts/:name', async (req, res) => {
    await texts.remove(nameOf(req));
    res.status(204).end();
  });

  return router;
}

function nameOf({ params }: Request): string {
  return String(params.name);
}

function viewText({ name, sizeBytes, modifiedAtMs }: LibraryText) {
  return { name, sizeBytes, modifiedAtMs, streamUrl: `/text_stream?file_name=${encodeURIComponent(name)}` };
}
