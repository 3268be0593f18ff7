import type Hls from 'hls.js';
import { Events, type Level } from 'hls.js';
import { rungName } from '../format.ts';
import { createStallCounter } from './stall-counter.ts';

export interface PlaybackStats {
  /** Of the picture on the screen, `720p`; null before there is one. */
  rung: string | null;
  /** As its playlist declares it. */
  bitrateBps: number | null;
  bandwidthEstimateBps: number | null;
  bufferSeconds: number;
  droppedFrames: number;
  totalFrames: number;
  /** Waits of more than 250 ms while playing, seeks and the start not counted. */
  stalls: number;
  stalledSeconds: number;
  levelSwitches: number;
  /** Segments whose load was given up for a lower rung. */
  emergencyAborts: number;
  fatalErrors: number;
}

/** Watches a video, and each hls.js that drives it, for what a viewer would notice. Counts go on over `follow`. */
export function createPlaybackStats(video: HTMLVideoElement, signal: AbortSignal) {
  const stalls = createStallCounter();
  let hls: Hls | undefined;
  let shown: Level | undefined;
  let hasPlayed = false;
  let levelSwitches = 0;
  let emergencyAborts = 0;
  let fatalErrors = 0;

  const on = (type: keyof HTMLMediaElementEventMap, listener: () => void) => video.addEventListener(type, listener, { signal });
  on('waiting', () => {
    if (hasPlayed && !video.paused && !video.seeking && !video.ended) stalls.wait(performance.now());
  });
  on('playing', () => {
    hasPlayed = true;
  });
  for (const type of ['playing', 'timeupdate', 'seeking', 'pause', 'ended', 'emptied'] as const) {
    // timeupdate also comes once on entering a wait; only with data ahead has playback gone on.
    on(type, () => {
      if (type !== 'timeupdate' || video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) stalls.resume(performance.now());
    });
  }

  return {
    follow(next: Hls): void {
      hls = next;
      next.on(Events.LEVEL_SWITCHED, (_, { level }) => {
        if (shown !== undefined && shown !== next.levels[level]) levelSwitches += 1;
        shown = next.levels[level];
      });
      next.on(Events.FRAG_LOAD_EMERGENCY_ABORTED, () => {
        emergencyAborts += 1;
      });
      next.on(Events.ERROR, (_, { fatal }) => {
        if (fatal) fatalErrors += 1;
      });
    },
    read(): PlaybackStats {
      const { count, totalMs } = stalls.read(performance.now());
      const frames = video.getVideoPlaybackQuality();
      const bandwidth = hls?.bandwidthEstimate;
      return {
        rung: shown?.height
          ? rungName(shown)
          : video.videoHeight > 0
            ? rungName({ width: video.videoWidth, height: video.videoHeight })
            : null,
        bitrateBps: shown?.bitrate ?? null,
        bandwidthEstimateBps: bandwidth !== undefined && Number.isFinite(bandwidth) ? bandwidth : null,
        bufferSeconds: bufferedAhead(video),
        droppedFrames: frames.droppedVideoFrames,
        totalFrames: frames.totalVideoFrames,
        stalls: count,
        stalledSeconds: totalMs / 1000,
        levelSwitches,
        emergencyAborts,
        fatalErrors,
      };
    },
  };
}

/** Seconds that can be played without any more data. */
function bufferedAhead({ buffered, currentTime }: HTMLVideoElement): number {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime + 0.1 && currentTime < buffered.end(index)) return buffered.end(index) - currentTime;
  }
  return 0;
}
