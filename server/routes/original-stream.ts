import { Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { cacheControl } from '../http/cache-policy.ts';
import { sendChunks } from '../http/send-chunks.ts';
import type { Services } from '../services.ts';
import { checkTitleId } from './params.ts';

/** `GET /titles/:id/stream`, `/stream?track_id=`: the original bytes, chunk by chunk, whatever they are. */
export function originalStreamRoutes({ store, openOriginal }: Services): Router {
  const router = Router();
  router.get('/titles/:id/stream', async (req, res) => {
    const title = await store.readTitle(checkTitleId(req.params.id));
    if (title === undefined) throw new AppError('not_found', 'There is no such title.');
    const { sizeBytes, read } = await openOriginal(title.source);
    res.set({ 'Content-Type': 'application/octet-stream', 'Cache-Control': cacheControl('live-data'), 'Accept-Ranges': 'none' });
    await sendChunks(req, res, read({ start: 0, end: sizeBytes - 1 }));
  });
  return router;
}
