import express, { Router } from 'express';
import { z } from 'zod';
import { AppError } from '../../pipeline/errors.ts';
import type { Track } from '../../pipeline/model/tracks/track.ts';
import type { Playlist } from '../../pipeline/playlists/playlists.ts';
import { isTitleId } from '../../pipeline/storage/stored-names.ts';
import type { Services } from '../services.ts';
import { readTracks, viewTrack } from '../track-view.ts';
import { sendM3u } from './tracks.ts';

const NAME = z.string().trim().min(1).max(255);
const TRACK_IDS = z.array(z.string().refine(isTitleId)).max(10_000);
const CONTENT = z.strictObject({ name: NAME, trackIds: TRACK_IDS.default([]) });
const CHANGE = z.strictObject({ name: NAME.optional(), trackIds: TRACK_IDS.optional() });

/** `GET|POST /api/playlists`; `GET`, `PATCH` and `DELETE` of one; `/api/playlists/:id.m3u` for other players. */
export function trackPlaylistRoutes(services: Services): Router {
  const { playlists } = services;
  const router = Router();
  const body = express.json({ limit: '1mb' });

  router.get('/api/playlists', async (_req, res) => {
    res.json({ playlists: await playlists.list() });
  });

  router.post('/api/playlists', body, async (req, res) => {
    const playlist = await playlists.create(parse(CONTENT, req.body));
    res.status(201).location(`/api/playlists/${playlist.id}`).json(playlist);
  });

  router.get('/api/playlists/:id.m3u', async (req, res) => {
    const playlist = await find(req.params.id);
    sendM3u(req, res, playlist.name, await tracksOf(playlist));
  });

  router.get('/api/playlists/:id', async (req, res) => {
    const playlist = await find(req.params.id);
    res.json({ ...playlist, tracks: (await tracksOf(playlist)).map(viewTrack) });
  });

  router.patch('/api/playlists/:id', body, async (req, res) => {
    const { name, trackIds } = parse(CHANGE, req.body);
    res.json(await playlists.change(req.params.id, { ...(name && { name }), ...(trackIds && { trackIds }) }));
  });

  router.delete('/api/playlists/:id', async (req, res) => {
    await playlists.remove(req.params.id);
    res.status(204).end();
  });

  return router;

  async function find(id: string): Promise<Playlist> {
    const playlist = await playlists.find(id);
    if (playlist === undefined) throw new AppError('not_found', 'There is no such playlist.');
    return playlist;
  }

  /** Those that are there; a title that was removed may come back. */
  async function tracksOf({ trackIds }: Playlist): Promise<Track[]> {
    const tracks = new Map((await readTracks(services)).map((track) => [track.id, track]));
    return trackIds.flatMap((id) => tracks.get(id) ?? []);
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AppError('bad_request', 'Send a JSON object with a `name` and `trackIds`, a list of title ids.');
  return parsed.data;
}
