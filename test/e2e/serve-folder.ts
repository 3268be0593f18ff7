import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface FolderServer {
  url: string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.mp4': 'video/mp4',
  '.m4s': 'video/iso.segment',
  '.js': 'text/javascript',
};

const PLAYER = '<!doctype html><title>Player</title><video></video>';

/**
 * A web server that knows nothing of streams: files, by the first of some folders that has them, playlists compressed as
 * Apple's rule 10.1 has it, and a page with a video.
 */
export async function serveFolder(...folders: string[]): Promise<FolderServer> {
  const server = createServer(async ({ url = '/' }, res) => {
    const path = normalize(new URL(url, 'http://localhost').pathname);
    if (path === '/player.html') return res.setHeader('Content-Type', 'text/html').end(PLAYER);
    for (const folder of folders) {
      const bytes = await readFile(join(folder, path)).catch(() => undefined);
      if (bytes === undefined) continue;
      res.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
      return extname(path) === '.m3u8' ? res.setHeader('Content-Encoding', 'gzip').end(gzipSync(bytes)) : res.end(bytes);
    }
    return res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
