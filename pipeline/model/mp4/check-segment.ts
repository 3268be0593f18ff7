import type { SegmentRange } from '../timeline/segments.ts';
import { BoxError } from './box.ts';
import { parseFragments } from './fragment.ts';

/**
 * The last look before a segment is published (I3): its boxes parse, it starts at the planned tick, lasts as long as
 * planned, begins with a sync sample and shows no sample before its decode time. Throws BoxError.
 */
export function checkSegment(bytes: Uint8Array, range: SegmentRange): void {
  const fragments = parseFragments(bytes);
  let expected = range.startTicks;
  for (const fragment of fragments) {
    if (fragment.baseDecodeTicks !== expected)
      throw new BoxError(`A fragment starts at ${fragment.baseDecodeTicks}, planned ${expected}`, 0);
    for (const sample of fragment.samples) {
      if (sample.compositionOffsetTicks < 0) throw new BoxError('A sample is shown before it is decoded', sample.dataOffset);
      if (sample.dataOffset + sample.sizeBytes > bytes.length) throw new BoxError('A sample reaches past the segment', sample.dataOffset);
      expected += sample.durationTicks;
    }
  }
  if (expected !== range.endTicks) throw new BoxError(`The segment ends at ${expected}, planned ${range.endTicks}`, 0);
  if (!fragments[0]?.samples[0]?.isSync) throw new BoxError('The segment does not begin with a sync sample', 0);
}
