import { Router } from 'express';
import type { EventStream } from '../event-stream.ts';
import type { Services } from '../services.ts';

/** `GET /api/events` (server-sent events) and `GET /api/pending`: what is going on. */
export function eventRoutes({ pendingFiles }: Services, events: EventStream): Router {
  const router = Router();
  router.get('/api/events', (req, res) => {
    events.attach(res, req.get('Last-Event-ID'));
  });
  router.get('/api/pending', (_req, res) => {
    res.json({ files: pendingFiles() });
  });
  return router;
}
