import { Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { cacheControl } from '../http/cache-policy.ts';
import { isNotModified } from '../http/conditional.ts';
import { bytesEtag } from '../http/etag.ts';
import type { Services } from '../services.ts';
import { checkTitleId } from './params.ts';

/** `GET /titles/:id/poster.jpg` */
export function posterRoutes({ store }: Services): Router {
  const router = Router();
  router.get('/titles/:id/poster.jpg', async (req, res) => {
    const bytes = await store.readAsset(checkTitleId(req.params.id), 'poster.jpg');
    if (bytes === undefined) throw new AppError('not_found', 'This title has no poster.');
    const etag = bytesEtag(bytes);
    res.set({ 'Cache-Control': cacheControl('poster'), ETag: etag, 'Content-Type': 'image/jpeg' });
    if (isNotModified(req.get('If-None-Match'), etag)) res.status(304).end();
    else res.send(Buffer.from(bytes));
  });
  return router;
}
