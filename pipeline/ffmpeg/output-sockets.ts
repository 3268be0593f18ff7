import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { makeJobFolder } from './job-folder.ts';

/** Unix sockets that one ffmpeg run writes to. */
export interface OutputSockets {
  /** For ffmpeg, by name: `unix:/…`. */
  urls: Readonly<Record<string, string>>;
  /** After a run that succeeded: resolves when every socket has been read to its end; rejects with what a reader threw. */
  drained(): Promise<void>;
  /** What a reader threw, if one did. */
  failure(): { error: unknown } | undefined;
  close(): Promise<void>;
}

export interface SocketReader {
  /** Called with the bytes as they come; must not wait: an unread socket stops every rung (design §8). */
  onData(bytes: Uint8Array): void;
}

/**
 * One listening socket a reader. Paths are short: a socket's may have 108 bytes.
 * A reader that throws closes its socket, so that ffmpeg ends; drained() then rejects with what it threw.
 */
export async function openOutputSockets(readers: Readonly<Record<string, SocketReader>>): Promise<OutputSockets> {
  const folder = await makeJobFolder();
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const endings: Promise<void>[] = [];
  const urls: Record<string, string> = {};
  let failure: { error: unknown } | undefined;

  for (const [index, [name, reader]] of Object.entries(readers).entries()) {
    const path = join(folder, String(index));
    const server = createServer();
    endings.push(new Promise((resolve) => server.once('connection', (socket: Socket) => socket.once('close', () => resolve()))));
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('data', (bytes) => {
        try {
          reader.onData(bytes);
        } catch (error) {
          failure ??= { error };
          socket.destroy();
        }
      });
      // ffmpeg being killed resets the connection; its own exit tells the story.
      socket.on('error', () => socket.destroy());
    });
    server.listen(path);
    await once(server, 'listening');
    servers.push(server);
    urls[name] = `unix:${path}`;
  }

  return {
    urls,
    async drained() {
      await Promise.all(endings);
      if (failure) throw failure.error;
    },
    failure: () => failure,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
