/// <reference lib="dom" />
import type { ShownPicture } from './compare-pictures.ts';

export interface PlaceSeen {
  /** Absent where there is no picture. */
  picture?: ShownPicture;
  /** Pictures decoded so far: where one stands for long, none need come for the place. */
  frames: number;
  /** Of sound, since the place was asked for. */
  soundBytes: number;
  /** How far it played on from there. */
  movedSeconds: number;
  hasEnded: boolean;
}

export interface PlaceToWatch {
  seconds: number;
  /** To play on, at least; up to its end where it is the last place. */
  playSeconds: number;
  isLast: boolean;
  pictureSide: number;
}

/**
 * In the page: goes to a place, looks at what is shown there, and plays on. Resolves when that is done, so never where
 * playback hangs. Sent there as text, so it uses nothing outside itself,
 * and names no function of its own (loaders wrap those in calls of theirs).
 */
export async function watchPlace({ seconds, playSeconds, isLast, pictureSide }: PlaceToWatch): Promise<PlaceSeen> {
  const { video } = window.millracePlayer!;
  const media = video as HTMLVideoElement & { webkitAudioDecodedByteCount: number };
  video.pause();
  const soundBytesBefore = media.webkitAudioDecodedByteCount;
  // Also to where it is: what is shown then was decoded for this place.
  const seeked = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
  video.currentTime = seconds;
  await seeked;
  while (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) await new Promise(requestAnimationFrame);
  // The picture of the old place may still be on the screen; where one stands for long, no new one comes.
  for (let shown = Number.NEGATIVE_INFINITY; video.videoWidth > 0 && Math.abs(shown - seconds) > 0.5; ) {
    shown = await new Promise<number>((resolve) => {
      video.requestVideoFrameCallback((_, frame) => resolve(frame.mediaTime));
      setTimeout(resolve, 2000, seconds);
    });
  }
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);

  const luma: number[] = [];
  if (video.videoWidth > 0) {
    const cell = 4;
    const canvas = new OffscreenCanvas(pictureSide * cell, pictureSide * cell);
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    for (let y = 0; y < pictureSide; y++) {
      for (let x = 0; x < pictureSide; x++) {
        let sum = 0;
        for (let part = 0; part < cell * cell; part++) {
          const at = ((y * cell + Math.floor(part / cell)) * canvas.width + x * cell + (part % cell)) * 4;
          sum += 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
        }
        luma.push(sum / (cell * cell));
      }
    }
  }
  const shown = { seconds: video.currentTime, width: video.videoWidth, height: video.videoHeight, luma };

  const from = video.currentTime;
  await video.play().catch(() => undefined);
  while (!video.ended && (isLast || video.currentTime < from + playSeconds)) await new Promise(requestAnimationFrame);
  video.pause();
  return {
    ...(luma.length > 0 ? { picture: shown } : {}),
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    soundBytes: media.webkitAudioDecodedByteCount - soundBytesBefore,
    movedSeconds: video.currentTime - from,
    hasEnded: video.ended,
  };
}
