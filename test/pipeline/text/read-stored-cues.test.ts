import { expect, test } from 'vitest';
import { renderVtt } from '../../../pipeline/model/text/render-vtt.ts';
import { readStoredCues } from '../../../pipeline/text/read-stored-cues.ts';

test('a large track is read in parts, between which others have their turn', async () => {
  const cues = Array.from({ length: 10_000 }, (_, n) => ({ startMs: n * 1000, endMs: n * 1000 + 900, text: `Line ${n}` }));
  let turns = 0;
  const count = (): void => {
    turns += 1;
    waiting = setImmediate(count);
  };
  let waiting = setImmediate(count);
  const read = await readStoredCues(renderVtt(cues)).finally(() => clearImmediate(waiting));
  expect(read).toEqual(cues);
  expect(turns).toBeGreaterThanOrEqual(4);
});

test('one that somebody else has written is read too', async () => {
  expect(await readStoredCues('WEBVTT\n\nNOTE by hand\n\n1\n00:01.000 --> 00:02.000\n<v Ann>Hello</v>\n')).toEqual([
    { startMs: 1000, endMs: 2000, text: 'Hello' },
  ]);
  expect(await readStoredCues('WEBVTT\n')).toEqual([]);
});
