import './media-chrome.ts';
import './player.css';
import type Hls from 'hls.js';
import { h } from '../dom.ts';
import type { PreparedParts } from '../segments/prepared-parts.ts';
import { type PlaybackProblem, texts } from '../texts.ts';
import { audioMenu } from './audio-menu.ts';
import { createPlayback } from './playback.ts';
import { createPlaybackStats, type PlaybackStats } from './playback-stats.ts';
import { preparingNotice } from './preparing-notice.ts';
import { qualityMenu } from './quality-menu.ts';
import { statsOverlay } from './stats-overlay.ts';
import { subtitleMenu } from './subtitle-menu.ts';

/** The page's test and support hook: `millracePlayer.stats()` in the browser's console. */
export interface PlayerHook {
  /** Undefined where the browser plays HLS itself. */
  readonly hls: Hls | undefined;
  readonly video: HTMLVideoElement;
  stats(): PlaybackStats;
}

declare global {
  interface Window {
    millracePlayer?: PlayerHook;
  }
}

export interface PlayerOptions {
  playlistUrl: string;
  name: string;
  posterUrl: string | null;
  /** A WebVTT file of chapters. */
  chaptersUrl: string | null;
  autoplay: boolean;
  /** Not all of it is encoded yet. */
  isCold: boolean;
  parts: PreparedParts;
  /** Told where playback stands as it goes on, in seconds. */
  onTime?: (seconds: number) => void;
}

export interface Player {
  readonly element: HTMLElement;
  seek(seconds: number): void;
  /** Goes on at the same place with what the stream offers by now. */
  renew(): void;
  /** For a poster that came later than the player; a title of sound alone shows it all the time. */
  showPoster(url: string): void;
  /** Shows pictures of the film where the pointer is on the timeline. `url`: a WebVTT file of thumbnails. */
  preview(url: string): void;
  /** Stops it and frees what it holds. */
  close(): void;
}

/** The player with its controls. */
export function createPlayer({ playlistUrl, name, posterUrl, chaptersUrl, autoplay, isCold, parts, onTime }: PlayerOptions): Player {
  const end = new AbortController();
  const video = h('video', { slot: 'media', playsinline: true, preload: 'auto', 'aria-label': name, poster: posterUrl ?? undefined });
  if (chaptersUrl !== null) video.append(h('track', { kind: 'chapters', default: true, src: chaptersUrl }));
  const stats = createPlaybackStats(video, end.signal);
  const { button: statsButton, overlay } = statsOverlay(stats.read, end.signal);
  const quality = qualityMenu();
  const audio = audioMenu();
  const subtitles = subtitleMenu(video, end.signal);
  const failure = failurePanel(() => {
    failure.hide();
    playback.start();
    void play();
  });
  const preparing = preparingNotice(video, parts, () => !failure.element.hidden, end.signal);
  const overlays = [overlay, preparing.element, failure.element];
  const element = playerFrame({ name, video, overlays, menus: [subtitles, audio, quality], statsButton });
  for (const type of ['timeupdate', 'seeking'] as const)
    video.addEventListener(type, () => onTime?.(video.currentTime), { signal: end.signal });

  const playback = createPlayback({
    video,
    playlistUrl,
    loadAtOnce: autoplay,
    isCold,
    lookAt: parts.lookAt,
    onHls(hls) {
      for (const follower of [stats, quality, audio, preparing]) follower.follow(hls);
    },
    onProblem: failure.show,
  });
  const hook: PlayerHook = {
    get hls() {
      return playback.hls;
    },
    video,
    stats: stats.read,
  };
  window.millracePlayer = hook;

  async function play(): Promise<void> {
    try {
      await video.play();
    } catch {
      // Without a gesture browsers may refuse sound; then the play button is what the viewer presses.
    }
  }

  playback.start();
  if (autoplay) void play();
  if ('mediaSession' in navigator) {
    const artwork = posterUrl === null ? [] : [{ src: posterUrl }];
    navigator.mediaSession.metadata = new MediaMetadata({ title: name, artwork });
  }

  return {
    element,
    seek(seconds) {
      video.currentTime = seconds;
    },
    renew() {
      const wasPlaying = !video.paused;
      playback.start();
      if (wasPlaying) void play();
    },
    showPoster(url) {
      if (video.getAttribute('poster') !== url) video.poster = url;
    },
    preview(url) {
      // By this label media-chrome knows it.
      video.append(h('track', { kind: 'metadata', label: 'thumbnails', default: true, src: url }));
    },
    close() {
      end.abort();
      playback.close();
      if (window.millracePlayer === hook) delete window.millracePlayer;
    },
  };
}

interface FrameParts {
  name: string;
  video: HTMLVideoElement;
  overlays: HTMLElement[];
  menus: { button: HTMLElement; menu: HTMLElement }[];
  statsButton: HTMLElement;
}

function playerFrame({ name, video, overlays, menus, statsButton }: FrameParts): HTMLElement {
  const controller = h(
    'media-controller',
    { class: 'player__controller', 'aria-label': texts.playerLabel(name), defaultstreamtype: 'on-demand' },
    video,
    h('media-loading-indicator', { slot: 'centered-chrome', noautohide: true }),
    ...menus.map(({ menu }) => menu),
    h('media-time-range', { class: 'player__timeline' }),
    h(
      'media-control-bar',
      { class: 'player__bar' },
      h('media-play-button', { notooltip: true }),
      h('media-seek-backward-button', { class: 'wide', seekoffset: 10, notooltip: true }),
      h('media-seek-forward-button', { class: 'wide', seekoffset: 10, notooltip: true }),
      h('media-mute-button', { notooltip: true }),
      h('media-volume-range', { class: 'wide' }),
      h('media-time-display', { showduration: true }),
      h('span', { class: 'player__gap' }),
      ...menus.map(({ button }) => button),
      statsButton,
      h('media-playback-rate-button', { class: 'wide', rates: '0.75 1 1.25 1.5 2', notooltip: true }),
      h('media-pip-button', { class: 'wide', notooltip: true }),
      h('media-fullscreen-button', { notooltip: true }),
    ),
  );
  const frame = h('div', { class: 'player' }, controller, ...overlays);
  // The overlays go to full screen with the picture.
  (controller as HTMLElement & { fullscreenElement: HTMLElement }).fullscreenElement = frame;
  return frame;
}

/** What stands over the picture when playback has stopped for good. */
function failurePanel(onRetry: () => void) {
  const sentence = h('p', {});
  const retry = h('button', { class: 'button', type: 'button', onclick: onRetry }, texts.tryAgain);
  const element = h(
    'div',
    { class: 'over-picture player__failure', role: 'alert', hidden: true },
    h('h2', {}, texts.playbackFailed),
    sentence,
    retry,
  );
  return {
    element,
    show(problem: PlaybackProblem) {
      sentence.textContent = texts.playbackProblems[problem];
      // Trying again does not teach a browser a format.
      retry.hidden = problem === 'unsupported';
      element.hidden = false;
    },
    hide() {
      element.hidden = true;
    },
  };
}
