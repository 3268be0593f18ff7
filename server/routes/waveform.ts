import { Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { WAVEFORM } from '../../pipeline/title-assets.ts';
import { sendAsset } from '../http/send.ts';
import type { Services } from '../services.ts';
import { checkTitleId } from './params.ts';

/** `GET /titles/:id/waveform.json`: `{version, durationSeconds, peaks}` of a title of sound alone. */
export function waveformRoutes({ store }: Services): Router {
  const router = Router();
  router.get('/titles/:id/waveform.json', async (req, res) => {
    const bytes = await store.readAsset(checkTitleId(req.params.id), WAVEFORM);
    if (bytes === undefined) throw new AppError('not_found', 'This title has no waveform, or none yet.');
    sendAsset(req, res, bytes, 'application/json; charset=utf-8', 'poster');
  });
  return router;
}
