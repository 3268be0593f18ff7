import { describe, expect, test } from 'vitest';
import { parseFragments } from '../../pipeline/model/mp4/fragment.ts';
import { corpusFile, hasCorpus } from '../corpus.ts';
import { convertAll, prepare, renditionsOf } from './convert-harness.ts';

/** How an SEI message with A53 captions begins: T.35, the United States, ATSC, GA94, caption data. */
const A53 = Buffer.from('b500314741393403', 'hex');

describe.skipIf(!hasCorpus)('closed captions inside the picture', () => {
  test('are found by the probe, and stand in the frames of every encoded rung', async () => {
    const prepared = await prepare(corpusFile('ax_fragmented_captions.mp4'));
    expect(prepared.source.info.video?.hasClosedCaptions).toBe(true);
    const committed = await convertAll(prepared);
    for (const { id } of renditionsOf(prepared.plan, 'video')) {
      const segments = [...committed]
        .filter(([key]) => key.startsWith(`${id}/`) && !key.endsWith('init'))
        .map(([, bytes]) => Buffer.from(bytes));
      const samples = segments.flatMap((bytes) => parseFragments(bytes).flatMap((fragment) => fragment.samples));
      expect(samples.length).toBeGreaterThan(50);
      expect(segments.some((bytes) => bytes.includes(A53))).toBe(true);
    }
  });

  test('are not claimed of a film that has none', async () => {
    expect((await prepare(corpusFile('ax_sample_simple.mp4'))).source.info.video?.hasClosedCaptions).toBe(false);
  });

  test('are found in a transport stream', async () => {
    expect((await prepare(corpusFile('ts_cea608.ts'))).source.info.video?.hasClosedCaptions).toBe(true);
  });
});
