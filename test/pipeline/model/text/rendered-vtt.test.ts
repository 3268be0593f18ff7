import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseVtt } from '../../../../pipeline/model/text/parse-vtt.ts';
import { renderVtt } from '../../../../pipeline/model/text/render-vtt.ts';
import { parseRenderedCue, splitRenderedVtt } from '../../../../pipeline/model/text/rendered-vtt.ts';

const readAll = (text: string) => splitRenderedVtt(text).map(parseRenderedCue);

const line = fc.stringMatching(/^[a-z가-힣][a-z가-힣 .,&;:-]*$/);
const ms = fc.integer({ min: 0, max: 400_000_000 });
const cue = fc.record(
  {
    startMs: ms,
    endMs: ms,
    text: fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n')),
    settings: fc.constant('line:0'),
  },
  { requiredKeys: ['startMs', 'endMs', 'text'] },
);

test('what was rendered is read as it was', () => {
  fc.assert(
    fc.property(fc.array(cue), (cues) => {
      expect(readAll(renderVtt(cues))).toEqual(cues);
    }),
  );
});

test('as parseVtt reads it', () => {
  const text = renderVtt(parseVtt('WEBVTT\n\n00:01.000 --> 00:02.000 line:0\n<b>A & B</b>\n-->\n\n99:00:00.000 --> 99:00:01.000\nend\n'));
  expect(readAll(text)).toEqual(parseVtt(text));
});

test.each([
  ['a header', 'WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n00:00:01.000 --> 00:00:02.000\nA\n'],
  ['an identifier', 'WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nA\n'],
  ['a comment', 'WEBVTT\n\nNOTE\nA\n'],
  ['a short time', 'WEBVTT\n\n00:01.000 --> 00:02.000\nA\n'],
  ['no cue text', 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n'],
  ['nothing at all', ''],
])('text with %s, which renderVtt does not write, is refused', (_title, text) => expect(readAll(text)).toContain(undefined));
