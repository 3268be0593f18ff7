import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseFragments } from '../../pipeline/model/mp4/fragment.ts';
import { corpusFile, hasCorpus } from '../corpus.ts';
import { convertAll, prepare, renditionsOf } from './convert-harness.ts';
import { newHome } from './title-home.ts';

/** How an SEI message with A53 captions begins: T.35, the United States, ATSC, GA94, caption data. */
const A53 = Buffer.from('b500314741393403', 'hex');

/** Sets the bit of every control code of field 1 that says which of its channels it is for. */
function moveToSecondChannel(bytes: Buffer): void {
  const marker = Buffer.from('4741393403', 'hex');
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 1)) {
    const first = at + 7;
    for (let offset = first; offset < first + 3 * (bytes[at + 5]! & 0x1f); offset += 3) {
      const code = bytes[offset + 1]! & 0x7f;
      if ((bytes[offset]! & 3) === 0 && code >= 0x10 && code < 0x18) bytes[offset + 1]! ^= 0x88;
    }
  }
}

describe.skipIf(!hasCorpus)('closed captions inside the picture', () => {
  test('are found by the probe, and stand in the frames of every encoded rung', async () => {
    const prepared = await prepare(corpusFile('ax_fragmented_captions.mp4'));
    expect(prepared.source.info.video).toMatchObject({ hasClosedCaptions: true, captionChannels: ['CC1'] });
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
    const { video } = (await prepare(corpusFile('ts_cea608.ts'))).source.info;
    expect(video).toMatchObject({ hasClosedCaptions: true, captionChannels: ['CC1'] });
  });

  test('are declared in the channel that they are in', async () => {
    const path = join(await newHome(), 'second.mp4');
    const bytes = await readFile(corpusFile('ax_fragmented_captions.mp4'));
    moveToSecondChannel(bytes);
    await writeFile(path, bytes);
    expect((await prepare(path)).source.info.video?.captionChannels).toEqual(['CC2']);
  });
});
