import { Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { sourceMediaType, UNKNOWN_TYPE } from '../../pipeline/model/progressive/media-type.ts';
import { renderDisposition } from '../http/content-disposition.ts';
import { fileEtag } from '../http/etag.ts';
import { sendBody } from '../http/send-body.ts';
import type { Services } from '../services.ts';
import { renderDownload } from './download-name.ts';
import { checkTitleId } from './params.ts';

/** `GET /titles/:id/source`: the original bytes, under their own name. */
export function sourceRoutes(services: Services): Router {
  const router = Router();
  router.get('/titles/:id/source', async (req, res) => {
    const title = await services.store.readTitle(checkTitleId(req.params.id));
    if (title === undefined) throw new AppError('not_found', 'There is no such title.');
    const original = await services.openOriginal(title.source);
    const contentType = sourceMediaType(title.sourceInfo, title.source.originalName);
    const shown = renderDisposition(contentType === UNKNOWN_TYPE ? 'attachment' : 'inline', title.source.originalName);
    await sendBody(req, res, {
      ...original,
      etag: fileEtag(original),
      contentType,
      cache: 'progressive',
      headers: { 'Content-Disposition': shown, ...(await renderDownload(services, req)) },
    });
  });
  return router;
}
