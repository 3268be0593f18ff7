import { type Request, type Response, Router } from 'express';
import { AppError, toAppError } from '../../pipeline/errors.ts';
import { BoxError } from '../../pipeline/model/mp4/box.ts';
import type { AudioRenditionPlan, Plan, RenditionPlan, VideoRenditionPlan } from '../../pipeline/model/plan.ts';
import { type Choice, chooseRung, chooseSound } from '../../pipeline/model/progressive/choose-renditions.ts';
import { segmentCount } from '../../pipeline/model/timeline/segments.ts';
import type { LaidOutMovie } from '../../pipeline/progressive/laid-out-movie.ts';
import { readMovie } from '../../pipeline/progressive/read-movie.ts';
import { streamMovie } from '../../pipeline/progressive/stream-movie.ts';
import { sendBody, sendStream } from '../http/send-body.ts';
import { startWaiting, untilGone, type WaitLimits } from '../http/waiting.ts';
import type { Services } from '../services.ts';
import { waitForPlan } from '../wait-for-plan.ts';
import { renderDownload } from './download-name.ts';
import { checkTitleId, readWish } from './params.ts';
import { explainMissingPlan } from './playlists.ts';

/**
 * `GET /titles/:id/video.mp4` and `/audio.m4a`: a title as one file, of one rung and one sound. When all of it is stored, a plain MP4 laid
 * out over its segments, with ranges; until then a stream of fragments that goes on as they are made.
 */
export function progressiveRoutes(services: Services, limits: WaitLimits): Router {
  const router = Router();
  router.get('/titles/:id/video.mp4', async (req, res) => {
    await serve(req, res, 'video/mp4', (plan, isComplete) => {
      const rung = orProblem(chooseRung(plan, readWish(req), isComplete), 'There is no such quality. The title says which there are.');
      if (rung === undefined) throw new AppError('not_found', 'This title has no picture. Its sound is at audio.m4a.');
      return [rung, ...soundOf(plan, req)];
    });
  });
  router.get('/titles/:id/audio.m4a', async (req, res) => {
    await serve(req, res, 'audio/mp4', (plan) => {
      const sounds = soundOf(plan, req);
      if (sounds.length === 0) throw new AppError('not_found', 'This title has no sound.');
      return sounds;
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
    const waiting = startWaiting(res, limits);
    const plan = await waitForPlan(services, titleId, waiting.signal);
    if (waiting.isClientGone()) return;
    if (plan === undefined) throw await explainMissingPlan(services, titleId);
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

function soundOf(plan: Plan, req: Request): AudioRenditionPlan[] {
  const sound = orProblem(chooseSound(plan, readWish(req)), 'There is no such sound track. The title says which there are.');
  return sound === undefined ? [] : [sound];
}

/** Undefined where the title has none at all. @throws AppError `rendition_unknown` */
function orProblem<Chosen extends VideoRenditionPlan | AudioRenditionPlan>(choice: Choice<Chosen>, message: string): Chosen | undefined {
  if (choice.kind === 'unknown') throw new AppError('rendition_unknown', message);
  return choice.kind === 'chosen' ? choice.rendition : undefined;
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
