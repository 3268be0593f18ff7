import { type Request, type Response, Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import type { Services } from '../services.ts';
import { readTitleView } from '../title-view.ts';

/** How long a client whose upload was refused may go on sending, so that it reads the answer instead of a broken line. */
const LINGER_MS = 5_000;

/** A client that sends nothing for this long has gone without a word. */
const IDLE_MS = 120_000;

/** `PUT /api/titles?name=movie.mp4`: the body is the file (`curl -T`). 201, or 200 when the library has the content already. */
export function uploadRoutes(services: Services): Router {
  const router = Router();
  router.put('/api/titles', async (req, res) => {
    lingerAfterRefusal(req, res);
    const { name } = req.query;
    if (typeof name !== 'string' || name === '')
      throw new AppError('name_invalid', 'Say what the file is called: PUT /api/titles?name=movie.mp4');
    const sizeBytes = req.headers['content-length'] === undefined ? undefined : Number(req.headers['content-length']);
    // Whatever can be refused by its headers has been: curl has waited for this word with the body.
    if (req.headers.expect !== undefined) res.writeContinue();
    req.setTimeout(IDLE_MS, () => req.destroy());
    req.once('end', () => req.setTimeout(0));
    const { title, isNew } = await services.receive(req, { name, sizeBytes });
    const stored = await services.catalogue.getTitle(title.id);
    if (stored === undefined) throw new AppError('not_found', 'The title was removed while it was uploaded.');
    res
      .status(isNew ? 201 : 200)
      .location(`/api/titles/${title.id}`)
      .json(await readTitleView(services, stored));
  });
  return router;
}

/** Node reads on and discards what comes after the answer: for a while, not for the rest of a film. */
function lingerAfterRefusal(req: Request, res: Response): void {
  res.once('finish', () => {
    if (req.complete) return;
    const timer = setTimeout(() => req.socket.destroy(), LINGER_MS);
    req.once('close', () => clearTimeout(timer));
  });
}
