import compression from 'compression';
import { type Response, Router } from 'express';
import { renditionRevision } from '../../pipeline/catalogue/derive-state.ts';
import { AppError } from '../../pipeline/errors.ts';
import { WHOLE_TEXT } from '../../pipeline/model/dash/adaptation-sets.ts';
import { renderSubtitleSegment } from '../../pipeline/model/hls/subtitle-playlist.ts';
import { findTextTrack } from '../../pipeline/model/hls/text-renditions.ts';
import type { Plan } from '../../pipeline/model/plan.ts';
import type { Cue } from '../../pipeline/model/text/cue.ts';
import { renderVtt } from '../../pipeline/model/text/render-vtt.ts';
import type { TextTrack } from '../../pipeline/model/text/text-tracks.ts';
import { segmentCount } from '../../pipeline/model/timeline/segments.ts';
import { readTitleText } from '../../pipeline/text/title-text.ts';
import { sendText } from '../http/send.ts';
import { startWaiting, type WaitLimits } from '../http/waiting.ts';
import type { Services } from '../services.ts';
import { checkRenditionId, checkSubtitleSegment, checkTitleId } from './params.ts';

/** Always UTF-8; said, since not everything that reads text knows that WebVTT is (Apple authoring 10.4). */
export const VTT_TYPE = 'text/vtt; charset=utf-8';

/** The segments of a subtitle track, `GET /titles/:id/:rendition/:n.vtt`, and all of it, `/text.vtt`. Its playlist is with the others. */
export function subtitleRoutes({ store, subtitles }: Services, limits: WaitLimits): Router {
  const router = Router();
  const gzip = compression({ threshold: 0, filter: () => true });

  async function find(titleId: string, renditionId: string): Promise<{ plan: Plan; track: TextTrack } | undefined> {
    const plan = await store.readPlan(titleId, renditionRevision(renditionId));
    const track = plan && findTextTrack(await readTitleText(store, titleId), plan, renditionId);
    return plan && track && { plan, track };
  }

  /** Undefined when the client has gone meanwhile. */
  async function readCues(res: Response, titleId: string, trackId: string): Promise<Cue[] | undefined> {
    const waiting = startWaiting(res, limits);
    const cues = await subtitles.readCues(titleId, trackId, waiting.signal);
    if (waiting.isClientGone()) return undefined;
    if (!cues) throw new AppError('not_found', 'The text of this subtitle track is gone. Drop its file again.');
    return cues;
  }

  // What a DASH manifest names.
  router.get(`/titles/:id/:rendition/${WHOLE_TEXT}`, gzip, async (req, res) => {
    const titleId = checkTitleId(req.params.id);
    const found = await find(titleId, checkRenditionId(req.params.rendition));
    if (!found) throw new AppError('not_found', 'There is no such title or subtitle track.');
    const cues = await readCues(res, titleId, found.track.id);
    if (cues) sendText(req, res, renderVtt(cues), VTT_TYPE, 'subtitles');
  });

  router.get('/titles/:id/:rendition/:segment.vtt', gzip, async (req, res) => {
    const titleId = checkTitleId(req.params.id);
    const segment = checkSubtitleSegment(req.params.segment);
    const found = await find(titleId, checkRenditionId(req.params.rendition));
    if (!found) throw new AppError('not_found', 'There is no such title or subtitle track.');
    const { timeline } = found.plan;
    if (segment >= segmentCount(timeline)) throw new AppError('segment_past_end', 'The title ends before this segment.');
    const cues = await readCues(res, titleId, found.track.id);
    if (!cues) return;
    sendText(req, res, renderSubtitleSegment(timeline, cues, segment), VTT_TYPE, 'subtitles');
  });

  return router;
}
