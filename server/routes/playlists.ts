import { type Request, type Response, Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import type { AnswerCache } from '../cache/answer-cache.ts';
import { startWaiting, type WaitLimits } from '../http/waiting.ts';
import type { Services } from '../services.ts';
import { waitForPlan } from '../wait-for-plan.ts';
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
    const waiting = startWaiting(res, limits);
    const plan = await waitForPlan(services, titleId, waiting.signal);
    if (waiting.isClientGone()) return;
    const open = plan && (await answers.open({ kind, titleId }));
    if (open === undefined) throw await explainMissingPlan(services, titleId);
    await sendOpened(req, res, answers, open);
  }
}

/** Why a title has nothing to play. */
export async function explainMissingPlan({ catalogue }: Services, titleId: string): Promise<AppError> {
  const title = await catalogue.getTitle(titleId);
  if (title === undefined) return new AppError('not_found', 'There is no such title.');
  if (title.state !== 'failed') {
    return new AppError('not_ready', 'This title is still being looked at. Ask again in a moment.', { retryable: true });
  }
  return new AppError('not_found', `This title cannot be played: ${title.record.error?.message ?? 'it failed'}`);
}
