import type { RenditionView } from '../../../pipeline/model/title.ts';
import type { LiveSegments } from './live-segments.ts';
import { type Place, placeAt } from './segments-state.ts';

/** A rung at a place of the title. */
export interface RungAtPlace {
  place: Place;
  /** Seconds of film that the machine encodes in a second for this rung alone; null until that was measured. */
  encodeSpeed: number | null;
}

/** What the player asks of a title's segments. */
export interface PreparedParts {
  /** By the rung's (or sound's) media playlist. Undefined where nothing is known for certain. */
  lookAt(playlistUrl: string, seconds: number): RungAtPlace | undefined;
  /** Calls the listener after every change, until the signal aborts. */
  follow(listener: () => void, signal: AbortSignal): void;
}

/** `renditions` answers those of the title as it was last told. */
export function preparedParts(segments: LiveSegments, renditions: () => readonly RenditionView[]): PreparedParts {
  return {
    lookAt(playlistUrl, seconds) {
      if (segments.state === undefined || !segments.isCurrent) return undefined;
      const path = new URL(playlistUrl, location.href).pathname;
      const rendition = renditions().find((candidate) => candidate.playlistUrl === path);
      if (rendition === undefined) return undefined;
      const place = placeAt(segments.state, rendition.id, seconds);
      return place && { place, encodeSpeed: rendition.encodeSpeed };
    },
    follow: segments.follow,
  };
}
