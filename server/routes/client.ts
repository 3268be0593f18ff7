import { join } from 'node:path';
import express, { type Response, Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { cacheControl } from '../http/cache-policy.ts';
import { EMBED_HEADERS } from '../http/security-headers.ts';

/** The web app as Vite built it: its files, and its one page under every address that is the app's own (client/src/routes.ts). */
export function clientRoutes(clientDir: string): Router {
  const router = Router();
  const sendPage = (res: Response) => sendFile(res, join(clientDir, 'index.html'));

  router.use(
    express.static(clientDir, {
      index: false,
      redirect: false,
      setHeaders(res, path) {
        // Vite puts a hash of the content into the names of what stands in assets/.
        res.setHeader('Cache-Control', cacheControl(path.startsWith(join(clientDir, 'assets')) ? 'hashed-asset' : 'page'));
      },
    }),
  );
  router.get(['/', '/watch/:id', '/streams', '/music'], (_req, res) => sendPage(res));
  router.get('/embed/:id', (_req, res) => sendPage(res.set(EMBED_HEADERS)));
  // A person who mistyped an address is told so by the app; a program is told by a problem.
  router.get('/*address', (req, res, next) => {
    if (!/^\/(api|titles|assets)\//.test(req.path) && req.get('Accept')?.includes('text/html')) return sendPage(res.status(404));
    next();
  });
  return router;
}

function sendFile(res: Response, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    res.sendFile(path, { headers: { 'Cache-Control': cacheControl('page') }, cacheControl: false }, (error) => {
      if (error === undefined || res.headersSent) resolve();
      else reject(new AppError('not_found', 'The web app is not built yet. Type: npm run build', { cause: error }));
    });
  });
}
