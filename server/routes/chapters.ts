import { Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { planChapters, renderChapters } from '../../pipeline/model/chapters.ts';
import { sendText } from '../http/send.ts';
import type { Services } from '../services.ts';
import { checkTitleId } from './params.ts';
import { VTT_TYPE } from './subtitles.ts';

/** `GET /titles/:id/chapters.vtt` */
export function chapterRoutes({ store }: Services): Router {
  const router = Router();
  router.get('/titles/:id/chapters.vtt', async (req, res) => {
    const titleId = checkTitleId(req.params.id);
    const [title, plan] = await Promise.all([store.readTitle(titleId), store.readPlan(titleId)]);
    const chapters = plan && planChapters(title?.sourceInfo?.chapters ?? [], plan);
    if (!chapters || chapters.length === 0) throw new AppError('not_found', 'This title has no chapters.');
    sendText(req, res, renderChapters(chapters), VTT_TYPE, 'subtitles');
  });
  return router;
}
