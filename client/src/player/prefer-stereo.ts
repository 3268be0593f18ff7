import type Hls from 'hls.js';
import type { Level, MediaPlaylist } from 'hls.js';

type LevelSound = Pick<Level, 'uri' | 'height' | 'audioGroups'>;
type TrackFacts = Pick<MediaPlaylist, 'groupId' | 'channels'>;

/**
 * Takes out the levels that are others' pictures once more with 5.1. A browser mixes to what its machine has, mostly two channels,
 * which stereo gives as well; and hls.js, for which they are rungs, would change the sound with the line.
 */
export function preferStereo(hls: Pick<Hls, 'levels' | 'firstLevel' | 'removeLevel'>, tracks: readonly TrackFacts[]): void {
  const first = hls.levels[hls.firstLevel];
  for (const index of surroundLevels(hls.levels, tracks).reverse()) hls.removeLevel(index);
  hls.firstLevel = Math.max(0, first === undefined ? 0 : hls.levels.indexOf(first));
}

/** Indexes, ascending, of levels with more than two channels beside which the same picture, or none, stands with two at most. Pure. */
export function surroundLevels(levels: readonly LevelSound[], tracks: readonly TrackFacts[]): number[] {
  const surroundGroups = new Set(tracks.filter(({ channels }) => Number.parseInt(channels ?? '2', 10) > 2).map(({ groupId }) => groupId));
  const isSurround = ({ audioGroups }: LevelSound): boolean => audioGroups?.some((group) => group && surroundGroups.has(group)) ?? false;
  return levels.flatMap((level, index) => {
    const isSamePicture = (other: LevelSound): boolean => other.uri === level.uri || (other.height === 0 && level.height === 0);
    const hasStereo = levels.some((other) => isSamePicture(other) && !isSurround(other));
    return isSurround(level) && hasStereo ? [index] : [];
  });
}
