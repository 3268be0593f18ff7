import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { nanoid } from 'nanoid';
import PQueue from 'p-queue';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { writeReplacing } from '../storage/durable-write.ts';
import { isTitleId } from '../storage/stored-names.ts';

const PLAYLIST = z.object({
  version: z.literal(1),
  id: z.string().refine(isTitleId),
  name: z.string(),
  /** Titles, in the order they are played; one may stand there twice, and one that was removed since is passed over. */
  trackIds: z.array(z.string()),
  createdAtMs: z.number(),
});

/** Tracks in an order that somebody chose. Stored as `playlists/<id>.json` in the media home. */
export type Playlist = z.infer<typeof PLAYLIST>;

export type PlaylistContent = Pick<Playlist, 'name' | 'trackIds'>;

export interface Playlists {
  list(): Promise<Playlist[]>;
  find(id: string): Promise<Playlist | undefined>;
  create(content: PlaylistContent): Promise<Playlist>;
  /** Throws `not_found`. */
  change(id: string, change: Partial<PlaylistContent>): Promise<Playlist>;
  /** Throws `not_found`. */
  remove(id: string): Promise<void>;
}

export const PLAYLISTS_FOLDER = 'playlists';

/** The files are the truth, and there is no index of them: there is nothing to rebuild. */
export function createPlaylists({ mediaDir, log }: { mediaDir: string; log: Log }): Playlists {
  const folder = join(mediaDir, PLAYLISTS_FOLDER);
  const changes = new PQueue({ concurrency: 1 });

  async function list(): Promise<Playlist[]> {
    const names = await readdir(folder).catch(() => []);
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
    const found = await Promise.all(ids.filter(isTitleId).map(find));
    return found.filter((playlist) => playlist !== undefined).sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  }

  async function find(id: string): Promise<Playlist | undefined> {
    if (!isTitleId(id)) return undefined;
    const text = await readFile(join(folder, `${id}.json`), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return PLAYLIST.parse(JSON.parse(text));
    } catch (error) {
      log.warn({ playlist: id, err: error }, 'this playlist cannot be understood and is left out; its file stays');
      return undefined;
    }
  }

  async function write(playlist: Playlist): Promise<Playlist> {
    await mkdir(folder, { recursive: true });
    await writeReplacing(join(folder, `${playlist.id}.json`), Buffer.from(`${JSON.stringify(playlist, null, 2)}\n`));
    return playlist;
  }

  return {
    list,
    find,
    create: (content) => write({ version: 1, id: nanoid(12), ...content, createdAtMs: Date.now() }),
    change: (id, change) => changes.add(async () => write({ ...orNone(await find(id)), ...change })),
    remove: (id) =>
      changes.add(async () => {
        orNone(await find(id));
        await rm(join(folder, `${id}.json`));
      }),
  };
}

function orNone(playlist: Playlist | undefined): Playlist {
  if (playlist === undefined) throw new AppError('not_found', 'There is no such playlist.');
  return playlist;
}
