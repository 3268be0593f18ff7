import compression from 'compression';
import { Router } from 'express';
import { renditionRevision } from '../../pipeline/catalogue/derive-state.ts';
import { AppError } from '../../pipeline/errors.ts';
import { renderMediaPlaylist } from '../../pipeline/model/hls/render-media-playlist.ts';
import { renderMultivariant } from '../../pipeline/model/hls/render-multivariant.ts';
import { offeredPlan } from '../../pipeline/model/offered-plan.ts';
import { readTitleText } from '../../pipeline/text/title-text.ts';
import { sendText } from '../http/send.ts';
import { startWaiting, type WaitLimits } from '../http/waiting.ts';
import { readMeasuredBandwidths } from '../measured-bandwidths.ts';
import type { Services } from '../services.ts';
import { waitForPlan } from '../wait-for-plan.ts';
import { checkRenditionId, checkTitleId } from './params.ts';

/** RFC 8216 4 and Apple authoring 10.4. */
export const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

/** The playlists: made from the plan, so complete before a frame is encoded. Gzipped where taken (Apple authoring 10.1). */
export function playlistRoutes(services: Services, limits: WaitLimits): Router {
  const { catalogue, store } = services;
  const router = Router();
  const gzip = compression({ threshold: 0, filter: () => true });

  router.get('/titles/:id/multivariant.m3u8', gzip, async (req, res) => {
    const titleId = checkTitleId(req.params.id);
    const waiting = startWaiting(res, limits);
    const plan = await waitForPlan(services, titleId, waiting.signal);
    if (waiting.isClientGone()) return;
    if (plan === undefined) throw await explainMissingPlan(services, titleId);
    const title = await catalogue.getTitle(titleId);
    const offered = offeredPlan(plan, title?.record ?? {});
    const [measured, text] = await Promise.all([readMeasuredBandwidths(catalogue, offered), readTitleText(store, titleId)]);
    sendText(req, res, renderMultivariant(offered, measured, text), PLAYLIST_TYPE, 'multivariant');
  });

  router.get('/titles/:id/:rendition/media.m3u8', gzip, async (req, res) => {
    const renditionId = checkRenditionId(req.params.rendition);
    const plan = await store.readPlan(checkTitleId(req.params.id), renditionRevision(renditionId));
    const rendition = plan?.renditions.find((candidate) => candidate.id === renditionId);
    if (plan === undefined || rendition === undefined) throw new AppError('not_found', 'There is no such title or rendition.');
    sendText(req, res, renderMediaPlaylist(plan, rendition), PLAYLIST_TYPE, plan.timeline.ended ? 'media-playlist' : 'live-data');
  });

  return router;
}

async function explainMissingPlan({ catalogue }: Services, titleId: string): Promise<AppError> {
  const title = await catalogue.getTitle(titleId);
  if (title === undefined) return new AppError('not_found', 'There is no such title.');
  if (title.state !== 'failed') {
    return new AppError('not_ready', 'This title is still being looked at. Ask again in a moment.', { retryable: true });
  }
  return new AppError('not_found', `This title cannot be played: ${title.record.error?.message ?? 'it failed'}`);
}
