import type Hls from 'hls.js';
import { Events } from 'hls.js';
import { h } from '../dom.ts';
import type { PreparedParts } from '../segments/prepared-parts.ts';
import type { Place } from '../segments/segments-state.ts';
import { texts } from '../texts.ts';
import { decideWait } from './decide-wait.ts';
import { placeToLoad } from './place-to-load.ts';

/** Whatever can begin or end a wait. */
const MEDIA_EVENTS = ['waiting', 'seeking', 'seeked', 'play', 'playing', 'pause', 'canplay', 'timeupdate', 'ended', 'emptied'] as const;

export interface PreparingNotice {
  readonly element: HTMLElement;
  follow(hls: Hls): void;
}

/** Says over the picture that the part which playback waits for is being encoded. */
export function preparingNotice(
  video: HTMLVideoElement,
  parts: PreparedParts,
  isFailed: () => boolean,
  signal: AbortSignal,
): PreparingNotice {
  // The region stands before its words do, else screen readers do not hear of them.
  const element = h('div', { class: 'player__preparing', role: 'status' });
  let hls: Hls | undefined;
  let sinceMs: number | undefined;
  let isShown = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    clearTimeout(timer);
    const nowMs = performance.now();
    sinceMs = isWaiting(video) ? (sinceMs ?? nowMs) : undefined;
    const places = sinceMs === undefined ? [] : placesWaitedFor();
    const decision = decideWait({
      sinceMs,
      nowMs,
      isBeingMade: places.some((place) => place !== undefined && place !== 'stored'),
      isBroken: isFailed() || places.every((place) => place === undefined),
      isShown,
    });
    if (decision.kind === 'look-again') timer = setTimeout(look, decision.inMs);
    show(decision.kind === 'show');
  }

  function show(next: boolean): void {
    if (next === isShown) return;
    isShown = next;
    element.replaceChildren(...(isShown ? [h('p', {}, texts.preparingPart)] : []));
  }

  /** Of the picture and of the sound: either can be what is missing. Undefined past the end, and where nothing is known. */
  function placesWaitedFor(): (Place | undefined)[] {
    if (hls === undefined) return [];
    const { levels, loadLevel, audioTracks, audioTrack, mainForwardBufferInfo: picture, audioForwardBufferInfo: sound, media } = hls;
    const waitedFor = [
      { playlistUrl: levels[loadLevel]?.uri, seconds: placeToLoad(picture, media) },
      { playlistUrl: audioTracks[audioTrack]?.url, seconds: placeToLoad(sound ?? picture, media) },
    ];
    return waitedFor.map(({ playlistUrl, seconds }) => (playlistUrl ? parts.lookAt(playlistUrl, seconds)?.place : undefined));
  }

  for (const type of MEDIA_EVENTS) video.addEventListener(type, look, { signal });
  parts.follow(look, signal);
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return {
    element,
    follow(next) {
      hls = next;
      for (const event of [Events.FRAG_LOADING, Events.ERROR] as const) next.on(event, look);
      next.on(Events.DESTROYING, () => {
        if (hls === next) hls = undefined;
      });
    },
  };
}

/** Whether a viewer waits: playing without data, or sent to where there is none. */
function isWaiting({ paused, seeking, ended, readyState, error }: HTMLVideoElement): boolean {
  return (seeking || !paused) && !ended && error === null && readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
}
