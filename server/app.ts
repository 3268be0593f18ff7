import express, { type Express } from 'express';
import { AppError } from '../pipeline/errors.ts';
import type { AnswerCache } from './cache/answer-cache.ts';
import { createEventStream } from './event-stream.ts';
import type { MayRead } from './http/access.ts';
import { cacheControl } from './http/cache-policy.ts';
import type { IsTrustedProxy } from './http/client-address.ts';
import { errorHandler } from './http/error-handler.ts';
import { allowAnyOrigin, guardReads, guardWrites, requireKnownHost } from './http/guards.ts';
import type { HostRules } from './http/host-origin-check.ts';
import { SECURITY_HEADERS } from './http/security-headers.ts';
import { createMetrics } from './metrics.ts';
import { chapterRoutes } from './routes/chapters.ts';
import { classicForms } from './routes/classic-forms.ts';
import { clientRoutes } from './routes/client.ts';
import { eventRoutes } from './routes/events.ts';
import { mediaRoutes } from './routes/media.ts';
import { originalStreamRoutes } from './routes/original-stream.ts';
import { playlistRoutes } from './routes/playlists.ts';
import { posterRoutes } from './routes/poster.ts';
import { progressiveRoutes } from './routes/progressive.ts';
import { soundFileRoutes } from './routes/sound-files.ts';
import { sourceRoutes } from './routes/source.ts';
import { statusRoutes } from './routes/status.ts';
import { storyboardRoutes } from './routes/storyboard.ts';
import { subtitleRoutes } from './routes/subtitles.ts';
import { textStreamRoutes } from './routes/text-stream.ts';
import { textRoutes } from './routes/texts.ts';
import { titleRoutes } from './routes/titles.ts';
import { trackPlaylistRoutes } from './routes/track-playlists.ts';
import { trackRoutes } from './routes/tracks.ts';
import { uploadRoutes } from './routes/upload.ts';
import { waveformRoutes } from './routes/waveform.ts';
import { workRoutes } from './routes/work.ts';
import type { Services } from './services.ts';

export interface AppOptions {
  services: Services;
  answers: AnswerCache;
  mayRead: MayRead;
  hostRules: HostRules;
  isTrustedProxy: IsTrustedProxy;
  apiToken: string | undefined;
  /** Where Vite put the web app. */
  clientDir: string;
  /** How long a request for what is not there yet is held. */
  waitMs: number;
  /** Aborts when the server stops: waits end with 503, event streams end. */
  stopping: AbortSignal;
}

/** The public contract over HTTP, as an Express app. */
export function createApp({
  services,
  answers,
  mayRead,
  hostRules,
  isTrustedProxy,
  apiToken,
  clientDir,
  waitMs,
  stopping,
}: AppOptions): Express {
  const events = createEventStream({ bus: services.bus, runId: Date.now().toString(36) });
  const metrics = createMetrics(services, answers.stats, events.clientCount);
  stopping.addEventListener('abort', () => {
    events.close();
    metrics.close();
  });

  const app = express();
  app.disable('x-powered-by');
  // Answers that can be held carry an ETag of their own; hashing the rest buys nothing.
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', isTrustedProxy);
  app.use(metrics.timeRequests, (_req, res, next) => {
    res.set(SECURITY_HEADERS);
    next();
  });
  // Before everything that asks where a request goes: who may have a title may have it under each of its names.
  app.use(classicForms);
  app.use(['/titles', '/text_stream'], allowAnyOrigin);
  app.use('/titles/:id', guardReads(mayRead));
  app.use('/api', requireKnownHost(hostRules), guardWrites(apiToken, hostRules.baseUrl), (_req, res, next) => {
    res.set('Cache-Control', cacheControl('live-data'));
    next();
  });
  app.use(mediaRoutes(services, answers, { stopping }, metrics.noteWait));
  app.use(subtitleRoutes(services, { waitMs, stopping }));
  app.use(playlistRoutes(services, answers, { waitMs, stopping }));
  app.use(progressiveRoutes(services, { waitMs, stopping }), soundFileRoutes(services, { waitMs, stopping }), sourceRoutes(services));
  app.use(posterRoutes(services), storyboardRoutes(services), waveformRoutes(services), chapterRoutes(services));
  app.use(originalStreamRoutes(services), textStreamRoutes(services), textRoutes(services));
  app.use(trackRoutes(services), trackPlaylistRoutes(services));
  app.use(titleRoutes(services), uploadRoutes(services), workRoutes(services), eventRoutes(services, events));
  app.use(statusRoutes(services, metrics, stopping));
  app.use(clientRoutes(clientDir));
  app.use((req, _res, next) => next(new AppError('not_found', `There is nothing at ${req.path.slice(0, 200)}.`)));
  app.use(errorHandler(services.log));
  return app;
}
