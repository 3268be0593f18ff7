import { type Request, type Response, Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import type { WaitOutcome } from '../../pipeline/on-demand.ts';
import type { AnswerCache } from '../cache/answer-cache.ts';
import { untilGone, type WaitLimits } from '../http/waiting.ts';
import type { Services } from '../services.ts';
import { checkRenditionId, checkSegmentName, checkTitleId } from './params.ts';
import { sendOpened } from './send-opened.ts';

/**
 * `GET /titles/:id/:rendition/init.mp4` and `/:n.m4s`: served when they are there, made and waited for when they are not.
 * `onWaited` is told of every wait.
 */
export function mediaRoutes(
  { waitForFile, noteServed }: Services,
  answers: AnswerCache,
  { stopping }: Pick<WaitLimits, 'stopping'>,
  onWaited: (outcome: WaitOutcome, seconds: number) => void,
): Router {
  const router = Router();
  router.get('/titles/:id/:rendition/init.mp4', async (req, res) => {
    await sendRenditionFile(req, res, 'init.mp4');
  });
  router.get('/titles/:id/:rendition/:segment.m4s', async (req, res) => {
    await sendRenditionFile(req, res, checkSegmentName(req.params.segment));
  });
  return router;

  async function sendRenditionFile(req: Request, res: Response, fileName: string): Promise<void> {
    const titleId = checkTitleId(req.params.id);
    const renditionId = checkRenditionId(req.params.rendition);
    const sendStored = async (): Promise<boolean> => {
      const open = await answers.open({ kind: 'file', titleId, renditionId, fileName });
      if (open !== undefined) await sendOpened(req, res, answers, open);
      return open !== undefined;
    };

    if (await sendStored()) {
      void noteServed(titleId, renditionId, fileName);
      return;
    }
    const askedAtMs = performance.now();
    // For how long, the pipeline knows: whoever is told to ask again is still a viewer, and whoever has gone is not.
    const outcome = await waitForFile(titleId, renditionId, fileName, untilGone(res, stopping));
    onWaited(outcome, (performance.now() - askedAtMs) / 1000);
    if (res.destroyed) return;
    if (outcome === 'unknown') throw new AppError('not_found', 'There is no such title or rendition.');
    // Past the end is the one segment that may be missing (I11); a planned one is never 404.
    if (outcome === 'past-end') throw new AppError('segment_past_end', 'The title ends before this segment.');
    if (outcome === 'refused')
      throw new AppError('encoder_mismatch', 'This version of the title cannot be made any more. Reload the page.');
    // Also after the time was up: it may have come with it.
    if (await sendStored()) return;
    throw new AppError('segment_not_ready', 'This segment is still being encoded. Ask again in a moment.', { retryable: true });
  }
}
