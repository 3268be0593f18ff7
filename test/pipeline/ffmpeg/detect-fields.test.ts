import { describe, expect, test } from 'vitest';
import { fieldArgs, judgeFields, mayHideFields } from '../../../pipeline/ffmpeg/detect-fields.ts';

const WORDS: Readonly<Record<string, string>> = { t: 'tff', b: 'bff', p: 'progressive', u: 'undetermined' };

describe('what is seen of fields', () => {
  test.each([
    ['a broadcast that moves', 'uttttttttttttttttttuutttttttttttttttttttttt', 'tt'],
    ['one with the bottom field first', 'bbbbbbbbbbbbbbbbbbbb', 'bb'],
    ['a still picture that begins to move', 'uppppppppppppptttttttttttttppppppppppppp', 'tt'],
    ['telecine', 'uttttuttttuttttpttttpttttpttttpttttuttttptttt', undefined],
    ['a film', 'uuuuuuuuuuuupppppppppppppppppppppppppppppppp', undefined],
    ['moving patterns', 'tttttttpppbbbbbbbbtttttttttpppppp', undefined],
    ['nothing', '', undefined],
  ])('of %s', (_title, letters, order) => {
    expect(judgeFields([...letters].map((letter) => WORDS[letter]!))).toBe(order);
  });
});

test.each([
  [true, 'h264', 576, 'progressive', 25],
  [true, 'mpeg4', 480, 'unknown', 30_000 / 1001],
  [true, 'rawvideo', 1080, 'unknown', 25],
  [false, 'h264', 1080, 'progressive', 30],
  [false, 'h264', 576, 'tt', 25],
  [false, 'h264', 480, 'progressive', 24],
  [false, 'h264', 720, 'progressive', 25],
])('looking for fields is worth it: %s (%s, %d lines, %s, %d frames a second)', (isWorth, codec, height, fieldOrder, framesPerSecond) => {
  expect(mayHideFields({ codec, height, fieldOrder, framesPerSecond })).toBe(isWorth);
});

test('a sample is bounded, and of the local file alone', () => {
  const args = fieldArgs('/films/-a.ts', 2, 12.5).join(' ');
  expect(args).toContain('-protocol_whitelist file');
  expect(args).toContain('-ss 12.500 -i file:/films/-a.ts -map 0:2 -frames:v 50');
});
