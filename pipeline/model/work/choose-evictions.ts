/** A committed segment that could give its place on the disk to others. */
export interface EvictionCandidate {
  titleId: string;
  renditionId: string;
  segment: number;
  sizeBytes: number;
}

export interface EvictionChoice<Candidate extends EvictionCandidate = EvictionCandidate> {
  evict: Candidate[];
  /** Less than was asked for when the candidates do not hold that much. */
  freedBytes: number;
}

/**
 * Takes candidates in their order, the least recently used first, until enough is freed. What is protected stays, and
 * does not keep those behind it from going.
 */
export function chooseEvictions<Candidate extends EvictionCandidate>(
  candidates: readonly Candidate[],
  isProtected: (candidate: Candidate) => boolean,
  bytesToFree: number,
): EvictionChoice<Candidate> {
  const evict: Candidate[] = [];
  let freedBytes = 0;
  for (const candidate of candidates) {
    if (freedBytes >= bytesToFree) break;
    if (isProtected(candidate)) continue;
    evict.push(candidate);
    freedBytes += candidate.sizeBytes;
  }
  return { evict, freedBytes };
}
