import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { AppError } from '../../pipeline/errors.ts';
import { renderM3u } from '../../pipeline/model/tracks/render-m3u.ts';
import { searchTracks, TRACK_ORDERS } from '../../pipeline/model/tracks/search-tracks.ts';
import type { Track } from '../../pipeline/model/tracks/track.ts';
import { sendText } from '../http/send.ts';
import type { Services } from '../services.ts';
import { readTracks, streamPath, viewTrack } from '../track-view.ts';

const SEARCH = z.strictObject({
  q: z.string().max(500).optional(),
  artist: z.string().max(500).optional(),
  album: z.string().max(500).optional(),
  order: z.enum(TRACK_ORDERS).optional(),
});

/** `GET /api/tracks?q=&artist=&album=&order=` and the same as a playlist for other players, `/api/tracks.m3u`. */
export function trackRoutes(services: Services): Router {
  const router = Router();
  const search = async (req: Request): Promise<Track[]> => {
    const wanted = SEARCH.safeParse(req.query);
    if (!wanted.success) throw new AppError('bad_request', `Ask by q, artist, album and order (${TRACK_ORDERS.join(', ')}).`);
    return searchTracks(await readTracks(services), wanted.data);
  };
  router.get('/api/tracks', async (req, res) => {
    res.json({ tracks: (await search(req)).map(viewTrack) });
  });
  router.get('/api/tracks.m3u', async (req, res) => {
    const { q, album, artist } = req.query;
    sendM3u(req, res, [artist, album, q].filter(Boolean).join(' - ') || 'Millrace', await search(req));
  });
  return router;
}

/** With the host that the client knows this server by; another one is refused before. */
export function sendM3u(req: Request, res: Response, name: string, tracks: readonly Track[]): void {
  const base = `${req.protocol}://${req.get('host')}`;
  const text = renderM3u(name, tracks, (track) => base + streamPath(track));
  sendText(req, res, text, 'audio/x-mpegurl; charset=utf-8', 'live-data');
}
