export interface CodecLevel {
  codecSet: string;
  height: number;
  loadError: number;
  fragmentError: number;
}

/**
 * The level that hls.js wants, in the codec that is being played. hls.js limits what a small player loads by the place in its list,
 * where levels of all codecs lie between each other: the limit may name a codec that nothing was encoded in yet. Another codec
 * is taken only where this one has failed at every level. Pure.
 */
export function keepCodec(levels: readonly CodecLevel[], wanted: number, current: number): number {
  const [level, playing] = [levels[wanted], levels[current]];
  if (level === undefined || playing === undefined || level.codecSet === playing.codecSet) return wanted;
  const alike = levels.flatMap(({ codecSet }, index) => (codecSet === playing.codecSet ? [index] : []));
  const sound = alike.filter((index) => levels[index]?.loadError === 0 && levels[index]?.fragmentError === 0);
  return sound.findLast((index) => (levels[index]?.height ?? 0) <= level.height) ?? sound[0] ?? wanted;
}
