import { Router } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { cacheControl } from '../http/cache-policy.ts';
import type { Metrics } from '../metrics.ts';
import type { Services } from '../services.ts';

/** `/healthz`: the process lives. `/readyz`: it can serve. `/metrics`: what it does. */
export function statusRoutes({ catalogue }: Services, metrics: Metrics, stopping: AbortSignal): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.set('Cache-Control', cacheControl('live-data')).json({ status: 'ok', pid: process.pid });
  });
  router.get('/readyz', async (_req, res) => {
    if (stopping.aborted) throw new AppError('not_ready', 'The server is stopping.');
    await catalogue.getTitle('readiness');
    res.set('Cache-Control', cacheControl('live-data')).json({ status: 'ready' });
  });
  router.get('/metrics', async (_req, res) => {
    res
      .set('Cache-Control', cacheControl('live-data'))
      .type(metrics.registry.contentType)
      .send(await metrics.registry.metrics());
  });
  return router;
}
