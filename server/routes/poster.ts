import { Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { sendAsset } from '../http/send.ts';
import type { Services } from '../services.ts';
import { checkTitleId } from './params.ts';

/** `GET /titles/:id/poster.jpg` */
export function posterRoutes({ store }: Services): Router {
  const router = Router();
  router.get('/titles/:id/poster.jpg', async (req, res) => {
    const bytes = await store.readAsset(checkTitleId(req.params.id), 'poster.jpg');
    if (bytes === undefined) throw new AppError('not_found', 'This title has no poster.');
    sendAsset(req, res, bytes, 'image/jpeg', 'poster');
  });
  return router;
}
