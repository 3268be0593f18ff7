import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../conformance/fixtures.ts';
import { listMediaFiles } from '../corpus/media-files.ts';
import { runCorpus } from '../corpus/run-corpus.ts';
import { makeClip } from '../ffmpeg/make-clip.ts';
import { chromiumPath } from './chromium.ts';

const picture = (seconds: number) => ['-f', 'lavfi', '-i', `testsrc2=size=160x90:rate=25:duration=${seconds}`];
const sound = (seconds: number) => ['-f', 'lavfi', '-i', `sine=440:duration=${seconds}`];

describe.skipIf(chromiumPath === undefined)('a folder through the real server and a browser', () => {
  test('what plays is seen and heard, what does not says why, and nothing is left', async () => {
    const folder = temporaryFolder();
    await makeClip(...picture(3), ...sound(3), join(folder, 'film.mp4'));
    // Fewer pictures than a decoder holds back.
    await makeClip(...picture(0.12), ...sound(0.12), join(folder, 'three frames.mp4'));
    await makeClip(...sound(1), join(folder, 'tone.m4a'));
    await writeFile(join(folder, 'notes.mp4'), 'these are notes');
    await writeFile(join(folder, 'film.srt'), '1\n00:00:00,000 --> 00:00:01,000\nwords\n');

    const { findings, leftovers } = await runCorpus(await listMediaFiles(folder), {
      limitMs: 120_000,
      verify: true,
      onFinding: () => undefined,
    });

    const outcomes = Object.fromEntries(findings.map(({ file, outcome, code, notes }) => [file, [outcome, code, ...notes].join(' ')]));
    expect(outcomes).toEqual({
      'film.mp4': expect.stringMatching(/^plays {2}3\.\d+ s 160×90 sound$/),
      'three frames.mp4': expect.stringMatching(/^plays {2}0\.\d+ s 160×90 sound$/),
      'tone.m4a': expect.stringMatching(/^plays {2}1\.\d+ s no picture sound$/),
      'notes.mp4': expect.stringMatching(/^error source_not_media /),
      'film.srt': expect.stringMatching(/^text/),
    });
    expect(leftovers).toEqual([]);
  });
});
