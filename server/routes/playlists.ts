import { type Request, type Response, Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import type { AnswerCache } from '../cache/answer-cache.ts';
import type { WaitLimits } from '../http/waiting.ts';
import type { Services } from '../services.ts';
import { awaitPlan, explainMissingPlan } from './await-plan.ts';
import { checkRenditionId, checkTitleId } from './params.ts';
import { sendOpened } from './send-opened.ts';

/** The playlists of a title, of its renditions and of its subtitle tracks, and its DASH manifest. Those of a title that is not planned yet are waited for. */
export function playlistRoutes(services: Services, answers: AnswerCache, limits: WaitLimits): Router {
  const router = Router();

  router.get('/titles/:id/multivariant.m3u8', (req, res) => sendWhenPlanned(req, res, 'multivariant'));

  router.get('/titles/:id/manifest.mpd', (req, res) => sendWhenPlanned(req, res, 'manifest'));

  router.get('/titles/:id/:rendition/media.m3u8', async (req, res) => {
    const renditionId = checkRenditionId(req.params.rendition);
    const open = await answers.open({ kind: 'media-playlist', titleId: checkTitleId(req.params.id), renditionId });
    if (open === undefined) throw new AppError('not_found', 'There is no such title or rendition.');
    await sendOpened(req, res, answers, open);
  });

  return router;

  async function sendWhenPlanned(req: Request, res: Response, kind: 'multivariant' | 'manifest'): Promise<void> {
    const titleId = checkTitleId(req.params.id);
    if ((await awaitPlan(services, titleId, res, limits)) === undefined) return;
    const open = await answers.open({ kind, titleId });
    if (open === undefined) throw await explainMissingPlan(services, titleId);
    await sendOpened(req, res, answers, open);
  }
}
