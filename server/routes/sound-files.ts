import { type Request, type Response, Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { isCodedSo, type ORIGINALS } from '../../pipeline/model/progressive/is-coded-so.ts';
import { MP3 } from '../../pipeline/model/progressive/mp3.ts';
import { OGG_OPUS } from '../../pipeline/model/progressive/ogg-opus.ts';
import { fileEtag } from '../http/etag.ts';
import { sendBody } from '../http/send-body.ts';
import type { WaitLimits } from '../http/waiting.ts';
import type { Services } from '../services.ts';
import { awaitPlan, explainMissingPlan } from './await-plan.ts';
import { renderDownload } from './download-name.ts';
import { checkTitleId } from './params.ts';
import { wishedSound } from './wished-renditions.ts';

const CODINGS = { mp3: MP3, opus: OGG_OPUS };

/** `GET /titles/:id/audio.mp3` and `/audio.opus`: a title's sound, of exact length from the first moment on, encoded as it is taken. */
export function soundFileRoutes(services: Services, limits: WaitLimits): Router {
  const router = Router();
  router.get('/titles/:id/audio.mp3', (req, res) => serve(req, res, 'mp3'));
  router.get('/titles/:id/audio.opus', (req, res) => serve(req, res, 'opus'));
  return router;

  async function serve(req: Request, res: Response, extension: keyof typeof ORIGINALS): Promise<void> {
    const titleId = checkTitleId(req.params.id);
    const plan = await awaitPlan(services, titleId, res, limits);
    if (plan === undefined) return;
    const title = await services.store.readTitle(titleId);
    if (title === undefined) throw await explainMissingPlan(services, titleId);
    const sound = wishedSound(plan, req);
    if (sound === undefined) throw new AppError('not_found', 'This title has no sound.');
    const { contentType } = CODINGS[extension];
    const common = { contentType, cache: 'progressive', headers: await renderDownload(services, req) } as const;
    if (title.sourceInfo && isCodedSo(title.sourceInfo, extension)) {
      const original = await services.openOriginal(title.source);
      await sendBody(req, res, { ...original, ...common, etag: fileEtag(original) });
      return;
    }
    if (!plan.timeline.ended) throw new AppError('not_ready', 'How long this title is will be known when it ends.', { retryable: true });
    const file = await services.soundFiles.open(title, plan, sound, CODINGS[extension]);
    await sendBody(req, res, { ...file, ...common, etag: `"${file.digest}"` });
  }
}
