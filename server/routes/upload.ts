import { Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { expectBody, lingerAfterRefusal } from '../http/expect-body.ts';
import type { Services } from '../services.ts';
import { readTitleView } from '../title-view.ts';

/** `PUT /api/titles?name=movie.mp4`: the body is the file (`curl -T`). 201, or 200 when the library has the content already. */
export function uploadRoutes(services: Services): Router {
  const router = Router();
  router.put('/api/titles', async (req, res) => {
    lingerAfterRefusal(req, res);
    const { name } = req.query;
    if (typeof name !== 'string' || name === '')
      throw new AppError('name_invalid', 'Say what the file is called: PUT /api/titles?name=movie.mp4');
    const { title, isNew } = await services.receive(req, { name, ...expectBody(req, res) });
    const stored = await services.catalogue.getTitle(title.id);
    if (stored === undefined) throw new AppError('not_found', 'The title was removed while it was uploaded.');
    res
      .status(isNew ? 201 : 200)
      .location(`/api/titles/${title.id}`)
      .json(await readTitleView(services, stored));
  });
  return router;
}
