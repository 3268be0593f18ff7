/// <reference lib="dom" />
// What runs in the page. Each function is sent there as text, so it may use nothing outside itself.
import type Hls from 'hls.js';
import type { PlaybackStats } from '../../client/src/player/playback-stats.ts';

export interface Witnessed {
  /** While it should have played, not counting the time before the first frame and seeks. */
  waits: { atSeconds: number; milliseconds: number }[];
  /** Every frame that the page heard of. A busy page does not hear of all that were shown: those are in `presented`. */
  frames: ShownFrame[];
  ended: boolean;
  /** Of the title, at the moment of the first frame: 0..1. */
  progressAtStart: number | undefined;
}

export interface ShownFrame {
  /** Of the title. */
  seconds: number;
  height: number;
  atMs: number;
  /** How many were shown so far. */
  presented: number;
  /** How many were dropped so far (getVideoPlaybackQuality). */
  dropped: number;
}

declare global {
  interface Window {
    witnessed: Witnessed;
    ears?: { context: AudioContext; analyser: AnalyserNode };
    /** The page's own hook (client/src/player/player.ts). */
    millracePlayer?: { readonly hls: Hls | undefined; readonly video: HTMLVideoElement; stats(): PlaybackStats };
  }
}

/** Installed before anything else in a page; follows its video from outside, by the browser's own events. */
export function witness(): void {
  const seen: Witnessed = { waits: [], frames: [], ended: false, progressAtStart: undefined };
  window.witnessed = seen;
  let waitingSince: { atSeconds: number; ms: number } | undefined;
  let hasPlayed = false;

  const on = (type: string, listener: (video: HTMLVideoElement) => void) =>
    document.addEventListener(type, (event) => event.target instanceof HTMLVideoElement && listener(event.target), { capture: true });

  on('waiting', (video) => {
    if (hasPlayed && !video.paused && !video.seeking) waitingSince ??= { atSeconds: video.currentTime, ms: performance.now() };
  });
  const goesOn = () => {
    if (waitingSince === undefined) return;
    seen.waits.push({ atSeconds: waitingSince.atSeconds, milliseconds: Math.round(performance.now() - waitingSince.ms) });
    waitingSince = undefined;
  };
  for (const type of ['playing', 'pause', 'seeking', 'ended']) on(type, goesOn);
  on('ended', () => {
    seen.ended = true;
  });
  on('playing', (video) => {
    if (hasPlayed) return;
    hasPlayed = true;
    const titleId = location.pathname.split('/')[2];
    void fetch(`/api/titles/${titleId}`)
      .then((response) => response.json())
      .then(({ progress }: { progress: number }) => {
        seen.progressAtStart = progress;
      });
    video.requestVideoFrameCallback(frame);
  });

  function frame(atMs: number, { mediaTime, height, presentedFrames }: VideoFrameCallbackMetadata): void {
    const { video } = window.millracePlayer!;
    const dropped = video.getVideoPlaybackQuality().droppedVideoFrames;
    seen.frames.push({ seconds: mediaTime, height, atMs, presented: presentedFrames, dropped });
    video.requestVideoFrameCallback(frame);
  }
}

/** The number that the shown frame spells, and its time. */
export function readFrame({ bits, blockShare }: { bits: number; blockShare: number }): { number: number; seconds: number; height: number } {
  const { video } = window.millracePlayer!;
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext('2d')!;
  context.drawImage(video, 0, 0);
  const block = canvas.width * blockShare;
  let number = 0;
  for (let bit = 0; bit < bits; bit++) {
    const [red = 0] = context.getImageData(Math.round((bit + 0.5) * block), Math.round(block / 2), 1, 1).data;
    if (red > 127) number += 2 ** bit;
  }
  return { number, seconds: video.currentTime, height: video.videoHeight };
}

/**
 * Plays on and listens: what the rising tone says of the time, and what the video's clock says at the same moment, in seconds
 * of the title. The tone tells it up to whole sweeps; the nearest to the clock is taken. Pauses then. The element's sound goes
 * to the listener from the first call on.
 */
export async function listen(sweep: {
  seconds: number;
  fromHertz: number;
  hertzPerSecond: number;
}): Promise<{ soundSeconds: number; clockSeconds: number }> {
  const { video } = window.millracePlayer!;
  window.ears ??= (() => {
    const context = new AudioContext();
    // Short, so that what it hears is of one moment: a twelfth of a second.
    const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
    context.createMediaElementSource(video).connect(analyser).connect(context.destination);
    return { context, analyser };
  })();
  const { context, analyser } = window.ears;
  await context.resume();
  const startedAt = video.currentTime;
  await video.play();
  const levels = new Float32Array(analyser.frequencyBinCount);
  for (;;) {
    await new Promise(requestAnimationFrame);
    analyser.getFloatFrequencyData(levels);
    const clockSeconds = video.currentTime;
    const loudest = levels.reduce((best, level, bin) => (level > levels[best]! ? bin : best), 0);
    // Decibels of full scale; the clip's tone is at -10. The first tenths of a second may hold what was heard before.
    if (levels[loudest]! < -30 || clockSeconds < startedAt + 0.3) continue;
    video.pause();
    const hertz = (loudest * context.sampleRate) / analyser.fftSize;
    // What it has listened to lies half a window back.
    const inSweep = (hertz - sweep.fromHertz) / sweep.hertzPerSecond + analyser.fftSize / context.sampleRate / 2;
    const sweeps = Math.round((clockSeconds - inSweep) / sweep.seconds);
    return { soundSeconds: sweeps * sweep.seconds + inSweep, clockSeconds };
  }
}
