import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalogue } from '../../pipeline/catalogue/sqlite-catalogue.ts';
import { createLocalEventBus } from '../../pipeline/event-bus.ts';
import { createAcceptor } from '../../pipeline/ingest/accept.ts';
import { receiveUpload } from '../../pipeline/ingest/receive-upload.ts';
import { createLog } from '../../pipeline/log.ts';
import type { Plan } from '../../pipeline/model/plan.ts';
import { parseVtt } from '../../pipeline/model/text/parse-vtt.ts';
import { trackAsset } from '../../pipeline/model/text/subtitle-document.ts';
import { planTimeline } from '../../pipeline/model/timeline/boundaries.ts';
import type { TitleRecord } from '../../pipeline/model/title.ts';
import { openOriginal } from '../../pipeline/open-original.ts';
import { createPlaylists } from '../../pipeline/playlists/playlists.ts';
import { createMovieCache } from '../../pipeline/progressive/movie-cache.ts';
import { openSqliteChunkQueue } from '../../pipeline/queue/sqlite-chunk-queue.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import { createLibraryTexts } from '../../pipeline/text/library-texts.ts';
import { everybodyMayRead } from '../../server/http/access.ts';
import { type HttpServerOptions, openHttpServer } from '../../server/http-server.ts';
import { createListener, type ListenerOptions } from '../../server/listener.ts';
import { createTitleRemover } from '../../server/remove-title.ts';
import type { Services } from '../../server/services.ts';
import { audioRendition, smallRung } from '../pipeline/model/hls/sample-plan.ts';

/** Both ways of a request for media, and what memory does on them. The same is answered on all. */
export const WAYS: [string, Partial<ListenerOptions>][] = [
  ['ahead of Express', {}],
  ['ahead of Express, piece by piece', { cacheBytes: 0 }],
  ['by Express', { withoutFastPath: true }],
];

export type RunningApp = Awaited<ReturnType<typeof startApp>>;

/** The app on a free port over a real store, catalogue and queue in a temporary folder; nothing encodes. */
export async function startApp(
  overrides: Partial<Omit<ListenerOptions, 'services'>> &
    Partial<Pick<Services, 'waitForFile' | 'noteServed'>> & { maxUploadBytes?: number; server?: Partial<HttpServerOptions> } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-app-'));
  const mediaDir = join(folder, 'media');
  const clientDir = join(folder, 'client');
  await mkdir(join(clientDir, 'assets'), { recursive: true });
  await mkdir(mediaDir);
  await writeFile(join(clientDir, 'index.html'), '<!doctype html><title>Millrace</title>');
  await writeFile(join(clientDir, 'assets', 'app-1a2b3c.js'), 'console.log(1)');

  const log = createLog('silent');
  const store = createFsSegmentStore({ root: join(mediaDir, 'streams'), log });
  const catalogue = await openSqliteCatalogue({ path: join(mediaDir, 'catalogue.sqlite') });
  const queue = await openSqliteChunkQueue({ path: join(mediaDir, 'queue.sqlite') });
  const bus = createLocalEventBus((error) => {
    throw error;
  });
  const acceptor = createAcceptor({ mediaDir, store, catalogue, log, bus });
  const texts = createLibraryTexts({ mediaDir, log });
  const stopping = new AbortController();
  const {
    waitForFile = async () => 'unknown',
    noteServed = async () => {},
    maxUploadBytes = 10_000_000,
    server: serverOptions,
    ...options
  } = overrides;
  const services: Services = {
    log,
    store,
    catalogue,
    queue,
    bus,
    waitForFile,
    noteServed,
    readWork: async () => ({ runs: [], background: { state: 'running', isPaused: false }, disk: { usedBytes: 0, maxBytes: null } }),
    setBackgroundPaused: async (isPaused) => ({ state: isPaused ? 'paused' : 'running', isPaused }),
    problemOf: () => undefined,
    encodeSpeed: () => null,
    async receive(body, { name, sizeBytes }) {
      const upload = await receiveUpload({
        body,
        name,
        mediaDir,
        maxBytes: maxUploadBytes,
        ...(sizeBytes === undefined ? {} : { contentLength: sizeBytes }),
      });
      try {
        return await acceptor.accept(upload);
      } finally {
        await upload.discard();
      }
    },
    removeTitle: createTitleRemover({ mediaDir, store, catalogue, bus, endWork: queue.removeTitle, resumeWork: () => {} }),
    soundFiles: {
      open: async () => {
        throw new Error('nothing encodes');
      },
    },
    movies: createMovieCache({ store, bus }),
    openOriginal: (source) => openOriginal(mediaDir, source),
    subtitles: {
      async readCues(titleId, trackId) {
        const stored = await store.readAsset(titleId, trackAsset(trackId));
        return stored && parseVtt(Buffer.from(stored).toString('utf8'));
      },
    },
    texts,
    playlists: createPlaylists({ mediaDir, log }),
    async receiveText(body, { name }) {
      const upload = await receiveUpload({ body, name, mediaDir, maxBytes: maxUploadBytes });
      try {
        return await texts.accept(upload);
      } finally {
        await upload.discard();
      }
    },
    pendingFiles: () => [],
  };
  const server = await openHttpServer({ host: '127.0.0.1', port: 0, ...serverOptions });
  server.serve(
    createListener({
      services,
      mayRead: everybodyMayRead,
      cacheBytes: 10_000_000,
      isTrustedProxy: () => false,
      requestsPerAddress: 0,
      hostRules: { host: '127.0.0.1', allowedHosts: [] },
      apiToken: undefined,
      clientDir,
      waitMs: 60_000,
      stopping: stopping.signal,
      ...options,
    }),
  );
  const port = Number(new URL(server.url).port);

  return {
    port,
    mediaDir,
    clientDir,
    services,
    stopping,
    send: (path: string, options?: SendOptions) => send(port, path, options),
    async close() {
      stopping.abort();
      await server.close(0);
      await queue.close();
      await catalogue.close();
      await rm(folder, { recursive: true });
    },
  };
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
  json: unknown;
}

export interface SendOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** Without fetch, which normalizes paths, sets its own headers and hides compression. */
export function send(port: number, path: string, { method = 'GET', headers = {}, body }: SendOptions = {}): Promise<Answer> {
  const options: RequestOptions = { host: '127.0.0.1', port, path, method, headers, agent: false };
  return new Promise((resolve, reject) => {
    const req = request(options, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString('utf8');
        const json: unknown = res.headers['content-type']?.includes('json') && text !== '' ? JSON.parse(text) : undefined;
        resolve({ status: res.statusCode ?? 0, headers: res.headers, bytes, text, json });
      });
    });
    req.on('error', reject);
    req.end(body);
  });
}

const SECONDS = 90_000;

/** Ten seconds in one video rendition and one audio rendition. */
export function samplePlan(titleId: string): Plan {
  return {
    version: 1,
    titleId,
    revision: 0,
    originTicks: 0,
    timeline: planTimeline(10 * SECONDS),
    encoderFingerprint: 'test',
    renditions: [smallRung(), audioRendition({ language: 'und', name: 'Audio' })],
  };
}

/** Puts a playable title into the library as a planner would, with no segment yet. */
export async function addTitle({ store, catalogue }: Services, id: string, change: Partial<TitleRecord> = {}): Promise<Plan> {
  const plan = samplePlan(id);
  const record: TitleRecord = {
    version: 1,
    id,
    name: `Title ${id}`,
    kind: 'file',
    createdAtMs: 1_700_000_000_000,
    source: { path: `originals/${id}/film.mp4`, originalName: 'film.mp4', sizeBytes: 1, identity: `identity-${id}` },
    planRevision: 0,
    report: [],
    ...change,
  };
  await store.writeTitle(record);
  await store.writePlan(plan);
  const segments = (plan.timeline.boundaries.length - 1) * plan.renditions.length;
  await catalogue.putTitle(record, 'playable', 10, segments);
  return plan;
}
