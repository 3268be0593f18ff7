import { type Request, type Response, Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { STORYBOARD } from '../../pipeline/title-assets.ts';
import { sendAsset } from '../http/send.ts';
import type { Services } from '../services.ts';
import { checkTitleId } from './params.ts';
import { VTT_TYPE } from './subtitles.ts';

/** `GET /titles/:id/storyboard.vtt`, and the sheets that it names: `/titles/:id/storyboard-<n>.jpg`. */
export function storyboardRoutes({ store }: Services): Router {
  const router = Router();
  const serve = async (req: Request<{ id: string }>, res: Response, name: string, contentType: string): Promise<void> => {
    const bytes = await store.readAsset(checkTitleId(req.params.id), name);
    if (bytes === undefined) throw new AppError('not_found', 'This title has no such storyboard, or none yet.');
    sendAsset(req, res, bytes, contentType, 'storyboard');
  };
  router.get('/titles/:id/storyboard.vtt', (req, res) => serve(req, res, STORYBOARD, VTT_TYPE));
  router.get('/titles/:id/storyboard-:sheet.jpg', (req, res) => serve(req, res, `storyboard-${req.params.sheet}.jpg`, 'image/jpeg'));
  return router;
}
