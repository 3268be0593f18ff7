import { Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { WAVEFORM } from '../../pipeline/title-assets.ts';
import { cacheControl } from '../http/cache-policy.ts';
import { isNotModified } from '../http/conditional.ts';
import { bytesEtag } from '../http/etag.ts';
import type { Services } from '../services.ts';
import { checkTitleId } from './params.ts';

/** `GET /titles/:id/waveform.json`: `{version, durationSeconds, peaks}` of a title of sound alone. */
export function waveformRoutes({ store }: Services): Router {
  const router = Router();
  router.get('/titles/:id/waveform.json', async (req, res) => {
    const bytes = await store.readAsset(checkTitleId(req.params.id), WAVEFORM);
    if (bytes === undefined) throw new AppError('not_found', 'This title has no waveform, or none yet.');
    const etag = bytesEtag(bytes);
    res.set({ 'Cache-Control': cacheControl('poster'), ETag: etag, 'Content-Type': 'application/json; charset=utf-8' });
    if (isNotModified(req.get('If-None-Match'), etag)) res.status(304).end();
    else res.send(Buffer.from(bytes));
  });
  return router;
}
