import Hls, { type ErrorData, Events } from 'hls.js';
import type { PreparedParts } from '../segments/prepared-parts.ts';
import type { PlaybackProblem } from '../texts.ts';
import { endShortTitle } from './end-short-title.ts';
import { hlsSettings } from './hls-settings.ts';
import { recallLineBps, rememberLineBps } from './line-estimate.ts';
import { preferStereo } from './prefer-stereo.ts';
import { type Attempts, decideRecovery } from './recovery.ts';

/** Played for so long, what went wrong before is over and may be tried again. */
const HEALTHY_AFTER_MS = 15_000;

export interface PlaybackOptions {
  video: HTMLVideoElement;
  playlistUrl: string;
  /** Load at once, or when play is pressed: what nobody watches need not be encoded. */
  loadAtOnce: boolean;
  /** Not all of it is encoded yet: the first variant is what the server makes first. */
  isCold: boolean;
  lookAt: PreparedParts['lookAt'];
  /** Each time an hls.js is made, before it loads. */
  onHls: (hls: Hls) => void;
  /** Playback has stopped for good; `start` begins anew where it stopped. */
  onProblem: (problem: PlaybackProblem) => void;
}

export interface Playback {
  /** Undefined where the browser plays HLS itself. */
  readonly hls: Hls | undefined;
  start(): void;
  close(): void;
}

/** Plays a multivariant playlist in a video element: by hls.js where Media Source exists, else by the browser. */
export function createPlayback({ video, playlistUrl, loadAtOnce, isCold, lookAt, onHls, onProblem }: PlaybackOptions): Playback {
  let hls: Hls | undefined;
  let attempts: Attempts = { network: 0, media: 0 };
  let healthy: ReturnType<typeof setTimeout> | undefined;
  const listening = new AbortController();

  function start(): void {
    const startSeconds = video.currentTime > 0 ? video.currentTime : -1;
    const isResumed = startSeconds > 0;
    close();
    attempts = { network: 0, media: 0 };
    // Chromium and others say that they may play HLS themselves, so hls.js is asked first.
    if (Hls.isSupported()) startHls(startSeconds, loadAtOnce || isResumed);
    else if (video.canPlayType('application/vnd.apple.mpegurl') !== '') video.src = playlistUrl;
    else onProblem('unsupported');
  }

  function startHls(startSeconds: number, autoStartLoad: boolean): void {
    const next = new Hls(hlsSettings({ estimateBps: recallLineBps(), startSeconds, autoStartLoad, lookAt }));
    hls = next;
    next.on(Events.ERROR, (_, error) => {
      if (error.fatal) recover(next, error);
    });
    next.on(Events.MANIFEST_PARSED, (_, { audioTracks }) => preferStereo(next, audioTracks));
    if (isCold) {
      next.on(Events.MANIFEST_PARSED, () => {
        next.startLevel = next.firstLevel;
      });
    }
    next.on(Events.FRAG_BUFFERED, () => rememberLineBps(next.bandwidthEstimate));
    if (!autoStartLoad) video.addEventListener('play', () => next.startLoad(startSeconds), { once: true, signal: listening.signal });
    endShortTitle(next);
    onHls(next);
    next.loadSource(playlistUrl);
    next.attachMedia(video);
  }

  function recover(failed: Hls, error: ErrorData): void {
    clearTimeout(healthy);
    const httpStatus = error.response?.code;
    const decision = decideRecovery({ type: error.type, details: error.details, ...(httpStatus ? { httpStatus } : {}) }, attempts);
    if (decision.kind === 'give-up') {
      failed.stopLoad();
      onProblem(decision.problem);
      return;
    }
    if (decision.kind === 'recover-media') {
      attempts = { ...attempts, media: attempts.media + 1 };
      failed.recoverMediaError();
    } else {
      attempts = { ...attempts, network: attempts.network + 1 };
      // Without a list of levels there is nothing to resume.
      if (failed.levels.length === 0) failed.loadSource(playlistUrl);
      else failed.startLoad();
    }
    healthy = setTimeout(() => {
      attempts = { network: 0, media: 0 };
    }, HEALTHY_AFTER_MS);
  }

  function close(): void {
    clearTimeout(healthy);
    hls?.destroy();
    hls = undefined;
  }

  video.addEventListener(
    'error',
    () => {
      // With hls.js, its own events tell more.
      if (hls === undefined && video.error !== null) onProblem(video.error.code === MediaError.MEDIA_ERR_NETWORK ? 'network' : 'decode');
    },
    { signal: listening.signal },
  );

  return {
    get hls() {
      return hls;
    },
    start,
    close() {
      listening.abort();
      close();
      video.removeAttribute('src');
      video.load();
    },
  };
}
