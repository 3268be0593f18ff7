/** Where the tracks of a queue stand, one after another, on the one clock that they are played by. Pure. */
export interface QueuePlace {
  /** In the queue. */
  index: number;
  startSeconds: number;
}

/** What is heard at a moment: the last that has begun. Undefined before the first. */
export function placeAt(places: readonly QueuePlace[], seconds: number): QueuePlace | undefined {
  return places.findLast(({ startSeconds }) => startSeconds <= seconds);
}
