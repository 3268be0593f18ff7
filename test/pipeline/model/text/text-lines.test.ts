import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter, type TextLine } from '../../../../pipeline/model/text/text-lines.ts';

function split(chunks: readonly string[], longest?: number): TextLine[] {
  const splitter = createLineSplitter(longest);
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

const TEXT = fc.array(fc.constantFrom('가', 'a', '', ' ', '\n', '\r', '\r\n', '🎬'), { maxLength: 40 });

test('lines are the same wherever the text is divided', () => {
  fc.assert(
    fc.property(TEXT, (pieces) => {
      const whole = pieces.join('');
      const expected = whole.split(/\r\n|\n|\r/);
      if (expected.at(-1) === '') expected.pop();
      expect(split([...whole]).map(({ text }) => text)).toEqual(expected);
      expect(split(pieces)).toEqual(expected.map((text, index) => ({ number: index + 1, text, isWhole: true })));
    }),
  );
});

test('a line without an end is given in pieces, and no character is divided', () => {
  const lines = split(['가나다🎬라마', '바사\n다음'], 4);
  expect(lines).toEqual([
    { number: 1, text: '가나다', isWhole: false },
    { number: 1, text: '🎬라마', isWhole: false },
    { number: 1, text: '바사', isWhole: true },
    { number: 2, text: '다음', isWhole: true },
  ]);
});

test('the pieces of a text that has no end of line are all of it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text))), (chunks) => {
      const lines = split(chunks, 3);
      expect(lines.map(({ text }) => text).join('')).toBe(chunks.join(''));
      expect(Math.max(0, ...lines.map(({ text }) => text.length))).toBeLessThanOrEqual(3);
    }),
  );
});
