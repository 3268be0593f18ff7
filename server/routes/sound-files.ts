import { type Request, type Response, Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { chooseSound } from '../../pipeline/model/progressive/choose-renditions.ts';
import { isCodedSo, type ORIGINALS } from '../../pipeline/model/progressive/is-coded-so.ts';
import { MP3 } from '../../pipeline/model/progressive/mp3.ts';
import { OGG_OPUS } from '../../pipeline/model/progressive/ogg-opus.ts';
import { fileEtag } from '../http/etag.ts';
import { sendBody } from '../http/send-body.ts';
import { startWaiting, type WaitLimits } from '../http/waiting.ts';
import type { Services } from '../services.ts';
import { waitForPlan } from '../wait-for-plan.ts';
import { renderDownload } from './download-name.ts';
import { checkTitleId, readWish } from './params.ts';
import { explainMissingPlan } from './playlists.ts';

const CODINGS = { mp3: MP3, opus: OGG_OPUS };

/** `GET /titles/:id/audio.mp3` and `/audio.opus`: a title's sound, of exact length from the first moment on, encoded as it is taken. */
export function soundFileRoutes(services: Services, limits: WaitLimits): Router {
  const router = Router();
  router.get('/titles/:id/audio.mp3', (req, res) => serve(req, res, 'mp3'));
  router.get('/titles/:id/audio.opus', (req, res) => serve(req, res, 'opus'));
  return router;

  async function serve(req: Request<{ id: string }>, res: Response, extension: keyof typeof ORIGINALS): Promise<void> {
    const titleId = checkTitleId(req.params.id);
    const waiting = startWaiting(res, limits);
    const plan = await waitForPlan(services, titleId, waiting.signal);
    if (waiting.isClientGone()) return;
    const title = await services.store.readTitle(titleId);
    if (plan === undefined || title === undefined) throw await explainMissingPlan(services, titleId);
    const choice = chooseSound(plan, readWish(req));
    if (choice.kind === 'none') throw new AppError('not_found', 'This title has no sound.');
    if (choice.kind === 'unknown') throw new AppError('rendition_unknown', 'There is no such sound track. The title says which there are.');
    const { contentType } = CODINGS[extension];
    const common = { contentType, cache: 'progressive', headers: await renderDownload(services, req) } as const;
    if (title.sourceInfo && isCodedSo(title.sourceInfo, extension)) {
      const original = await services.openOriginal(title.source);
      await sendBody(req, res, { ...original, ...common, etag: fileEtag(original) });
      return;
    }
    if (!plan.timeline.ended) throw new AppError('not_ready', 'How long this title is will be known when it ends.', { retryable: true });
    const file = await services.soundFiles.open(title, plan, choice.rendition, CODINGS[extension]);
    await sendBody(req, res, { ...file, ...common, etag: `"${file.digest}"` });
  }
}
