import express, { Router } from 'express';
import { z } from 'zod';
import type { CatalogueTitle } from '../../pipeline/catalogue/catalogue.ts';
import { progressOf } from '../../pipeline/catalogue/derive-state.ts';
import { AppError } from '../../pipeline/errors.ts';
import { readSegmentsView } from '../segments-view.ts';
import type { Services } from '../services.ts';
import { readTitleView } from '../title-view.ts';
import { checkTitleId } from './params.ts';

const CHANGE = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .regex(/^\P{Cc}*$/u),
});

/** `GET /api/titles`; `GET`, `PATCH` and `DELETE` of one; which segments it has. Uploads are in upload.ts. */
export function titleRoutes(services: Services): Router {
  const { catalogue } = services;
  const router = Router();

  router.get('/api/titles', async (_req, res) => {
    const titles = await catalogue.listTitles();
    titles.sort((a, b) => b.record.createdAtMs - a.record.createdAtMs);
    res.json({ titles: await Promise.all(titles.map((title) => readTitleView(services, title))) });
  });

  router.get('/api/titles/:id', async (req, res) => {
    res.json(await readTitleView(services, await findTitle(services, req.params.id)));
  });

  router.get('/api/titles/:id/segments', async (req, res) => {
    res.json(await readSegmentsView(services, (await findTitle(services, req.params.id)).record.id));
  });

  router.patch('/api/titles/:id', express.json({ limit: '16kb' }), async (req, res) => {
    const { record } = await findTitle(services, req.params.id);
    const change = CHANGE.safeParse(req.body);
    if (!change.success) throw new AppError('bad_request', 'Send a JSON object with a `name` of 1 to 255 printable characters.');
    await renameTitle(services, record.id, change.data.name.normalize('NFC'));
    res.json(await readTitleView(services, await findTitle(services, record.id)));
  });

  router.delete('/api/titles/:id', async (req, res) => {
    const { record } = await findTitle(services, req.params.id);
    await services.removeTitle(record.id);
    res.status(204).end();
  });

  return router;
}

/** @throws AppError `not_found` */
async function findTitle({ catalogue }: Services, id: unknown): Promise<CatalogueTitle> {
  const title = await catalogue.getTitle(checkTitleId(id));
  if (title === undefined) throw new AppError('not_found', 'There is no such title.');
  return title;
}

async function renameTitle({ store, catalogue, bus }: Services, titleId: string, name: string): Promise<void> {
  // The store's record, not the index's: it is the truth, and what is written back whole.
  const [record, title] = await Promise.all([store.readTitle(titleId), catalogue.getTitle(titleId)]);
  if (record === undefined || title === undefined) throw new AppError('not_found', 'There is no such title.');
  // While a title is waiting or probed its record is the preparer's to write; two writers would lose one's words.
  if (title.state === 'waiting' || title.state === 'probing') {
    throw new AppError('not_ready', 'This title is still being looked at. It can be renamed in a moment.', { retryable: true });
  }
  const renamed = { ...record, name };
  await store.writeTitle(renamed);
  await catalogue.putTitle(renamed, title.state, title.durationSeconds, title.segmentsPlanned);
  bus.publish({ type: 'title', titleId, state: title.state, progress: progressOf(title.segmentsCommitted, title.segmentsPlanned) });
}
