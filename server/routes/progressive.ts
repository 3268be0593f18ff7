import { type Request, type Response, Router } from 'express';
import { AppError, toAppError } from '../../pipeline/errors.ts';
import { BoxError } from '../../pipeline/model/mp4/box.ts';
import type { Plan, RenditionPlan } from '../../pipeline/model/plan.ts';
import { segmentCount } from '../../pipeline/model/timeline/segments.ts';
import type { LaidOutMovie } from '../../pipeline/progressive/laid-out-movie.ts';
import { readMovie } from '../../pipeline/progressive/read-movie.ts';
import { streamMovie } from '../../pipeline/progressive/stream-movie.ts';
import { sendBody, sendStream } from '../http/send-body.ts';
import { untilGone, type WaitLimits } from '../http/waiting.ts';
import type { Services } from '../services.ts';
import { awaitPlan } from './await-plan.ts';
import { renderDownload } from './download-name.ts';
import { checkTitleId } from './params.ts';
import { wishedRung, wishedSound } from './wished-renditions.ts';

/**
 * `GET /titles/:id/video.mp4` and `/audio.m4a`: a title as one file, of one rung and one sound. When all of it is stored, a plain MP4 laid
 * out over its segments, with ranges; until then a stream of fragments that goes on as they are made.
 */
export function progressiveRoutes(services: Services, limits: WaitLimits): Router {
  const router = Router();
  router.get('/titles/:id/video.mp4', async (req, res) => {
    await serve(req, res, 'video/mp4', (plan, isComplete) => {
      const rung = wishedRung(plan, req, isComplete);
      if (rung === undefined) throw new AppError('not_found', 'This title has no picture. Its sound is at audio.m4a.');
      const sound = wishedSound(plan, req);
      return sound === undefined ? [rung] : [rung, sound];
    });
  });
  router.get('/titles/:id/audio.m4a', async (req, res) => {
    await serve(req, res, 'audio/mp4', (plan) => {
      const sound = wishedSound(plan, req);
      if (sound === undefined) throw new AppError('not_found', 'This title has no sound.');
      return [sound];
    });
  });
  return router;

  async function serve(
    req: Request,
    res: Response,
    contentType: string,
    choose: (plan: Plan, isComplete: (rendition: RenditionPlan) => boolean) => RenditionPlan[],
  ): Promise<void> {
    const titleId = checkTitleId(req.params.id);
    const plan = await awaitPlan(services, titleId, res, limits);
    if (plan === undefined) return;
    const isComplete = await readCompleteness(services, plan);
    const renditions = choose(plan, isComplete);
    const headers = { ...(await renderDownload(services, req)), 'Content-Location': pinnedAddress(req, renditions) };
    const movie = renditions.every(isComplete) ? await layOut(plan, renditions) : undefined;
    if (movie) {
      await sendMovie(req, res, movie, contentType, headers);
    } else {
      const signal = untilGone(res, limits.stopping);
      await sendStream(req, res, { contentType, headers, chunks: streamMovie(services, plan, renditions, signal) });
    }
  }

  /** Undefined where the index of segments was ahead of the store, and where they do not make one file. */
  async function layOut(plan: Plan, renditions: readonly RenditionPlan[]): Promise<LaidOutMovie | undefined> {
    try {
      return await services.movies.read(plan, renditions);
    } catch (error) {
      if (!(error instanceof BoxError)) throw toAppError(error);
      services.log.warn({ title: plan.titleId, err: error }, 'these segments cannot be laid out as one file: they are streamed');
      return undefined;
    }
  }

  function sendMovie(
    req: Request,
    res: Response,
    movie: LaidOutMovie,
    contentType: string,
    headers: Record<string, string>,
  ): Promise<void> {
    const { layout, digest, modifiedAtMs, titleId } = movie;
    const noteSegment = (renditionId: string, segment: number): void => void services.noteServed(titleId, renditionId, `${segment}.m4s`);
    return sendBody(req, res, {
      sizeBytes: layout.sizeBytes,
      etag: `"${digest}"`,
      ...{ modifiedAtMs, contentType, headers, cache: 'progressive' },
      async *read({ start, end }) {
        try {
          yield* readMovie(services.store, movie, { start, end: end + 1 }, noteSegment);
        } catch (error) {
          services.movies.forget(movie);
          throw error;
        }
      },
    });
  }
}

/** By the index: that all segments are stored is found out, once, by laying them out. */
async function readCompleteness({ catalogue }: Services, { titleId, timeline }: Plan): Promise<(rendition: RenditionPlan) => boolean> {
  const stats = await catalogue.renditionStats(titleId);
  const committed = new Map(stats.map(({ renditionId, segmentsCommitted }) => [renditionId, segmentsCommitted]));
  return ({ id }) => timeline.ended && (committed.get(id) ?? 0) >= segmentCount(timeline);
}

/** Where the same renditions are found again, whatever becomes complete later. */
function pinnedAddress(req: Request, renditions: readonly RenditionPlan[]): string {
  const wishes = renditions.map(({ id, kind }) => `${kind === 'audio' ? 'audio' : 'rendition'}=${id}`);
  return `${req.path}?${wishes.join('&')}`;
}
