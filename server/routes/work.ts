import express, { Router } from 'express';
import { z } from 'zod';
import { AppError } from '../../pipeline/errors.ts';
import type { Services } from '../services.ts';

const CHANGE = z.strictObject({ paused: z.boolean() });

/** `GET /api/work`: what is being encoded, and for whom. `PUT /api/work/background`: pause and resume what nobody waits for. */
export function workRoutes({ readWork, setBackgroundPaused }: Services): Router {
  const router = Router();
  router.get('/api/work', async (_req, res) => {
    res.json(await readWork());
  });
  router.put('/api/work/background', express.json({ limit: '1kb' }), async (req, res) => {
    const change = CHANGE.safeParse(req.body);
    if (!change.success) throw new AppError('bad_request', 'Send a JSON object with `paused`, true or false.');
    res.json(await setBackgroundPaused(change.data.paused));
  });
  return router;
}
