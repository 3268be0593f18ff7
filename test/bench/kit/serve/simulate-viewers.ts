import { Agent, get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

export interface Audience {
  url: string;
  titleIds: readonly string[];
  renditionId: string;
  viewers: number;
  segments: number;
  segmentSeconds: number;
  /** How long all of them watch. */
  seconds: number;
  /** Players fetch that many segments at once when they begin. */
  bufferSegments: number;
  random: () => number;
}

export interface Watching {
  /** From asking for a segment to its last byte. */
  segmentMs: number[];
  playlistMs: number[];
  bytes: number;
  errors: string[];
  /** Segments that came after what was buffered had been played. */
  late: number;
}

/**
 * Viewers as players are: each on a connection of its own opens the playlists, fills its buffer at some place, and fetches one segment
 * for every one that it plays. They come spread over one segment's length.
 */
export async function simulateViewers(audience: Audience): Promise<Watching> {
  const { viewers, segmentSeconds, seconds } = audience;
  const watching: Watching = { segmentMs: [], playlistMs: [], bytes: 0, errors: [], late: 0 };
  const endAtMs = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: viewers }, async (_, index) => {
      await wait((index / viewers) * segmentSeconds * 1000);
      await watch(audience, index, endAtMs, watching).catch((error: unknown) => void watching.errors.push(String(error)));
    }),
  );
  return watching;
}

async function watch(audience: Audience, index: number, endAtMs: number, watching: Watching): Promise<void> {
  const { titleIds, renditionId, segments, bufferSegments, segmentSeconds, random } = audience;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const title = `${audience.url}/titles/${titleIds[index % titleIds.length]}`;
  const read = async (path: string, times: number[]): Promise<void> => {
    const askedAtMs = performance.now();
    const bytes = await readWhole(`${title}/${path}`, agent);
    watching.bytes += bytes;
    times.push(performance.now() - askedAtMs);
  };
  try {
    await read('multivariant.m3u8', watching.playlistMs);
    await read(`${renditionId}/media.m3u8`, watching.playlistMs);
    await read(`${renditionId}/init.mp4`, []);
    let segment = Math.floor(random() * segments);
    let playsOutAtMs = 0;
    for (let fetched = 0; performance.now() < endAtMs; fetched++) {
      await read(`${renditionId}/${segment}.m4s`, watching.segmentMs);
      segment = (segment + 1) % segments;
      const nowMs = performance.now();
      if (fetched === 0) playsOutAtMs = nowMs;
      else if (nowMs > playsOutAtMs) watching.late += 1;
      playsOutAtMs += segmentSeconds * 1000;
      const idleMs = playsOutAtMs - nowMs - bufferSegments * segmentSeconds * 1000;
      if (idleMs > 0) await wait(Math.min(idleMs, Math.max(0, endAtMs - nowMs)));
    }
  } finally {
    agent.destroy();
  }
}

function readWhole(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const req = get(url, { agent, timeout: 20_000 }, (res) => {
      let bytes = 0;
      res.on('data', (chunk: Buffer) => (bytes += chunk.length));
      res.on('error', reject);
      res.on('end', () => {
        const isWhole = res.statusCode === 200 && bytes === Number(res.headers['content-length']);
        if (isWhole) resolve(bytes);
        else reject(new Error(`${url}: ${res.statusCode}, ${bytes} bytes`));
      });
    });
    req.on('timeout', () => req.destroy(new Error(`${url}: no answer`))).on('error', reject);
  });
}
