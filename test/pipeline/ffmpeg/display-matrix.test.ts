import { expect, test } from 'vitest';
import { parseDisplayMatrix } from '../../../pipeline/ffmpeg/display-matrix.ts';

/** As ffprobe prints it: 16.16 fixed point. */
function printed(a: number, b: number, c: number, d: number): string {
  const row = (number: number, ...values: number[]): string =>
    `0000000${number}: ${values.map((value) => String(value).padStart(12)).join('')}`;
  return `\n${[row(0, a * 65536, b * 65536, 0), row(1, c * 65536, d * 65536, 0), row(2, 47185920, 0, 1073741824)].join('\n')}\n`;
}

test.each([
  ['nothing', [1, 0, 0, 1], 0, false],
  ['a quarter turn', [0, 1, -1, 0], 90, false],
  ['a half turn', [-1, 0, 0, -1], 180, false],
  ['three quarters', [0, -1, 1, 0], 270, false],
  ['a mirror', [-1, 0, 0, 1], 0, true],
  ['upside down in a mirror', [1, 0, 0, -1], 180, true],
  ['rows and columns exchanged', [0, 1, 1, 0], 270, true],
  ['that, and a half turn', [0, -1, -1, 0], 90, true],
  ['a quarter turn that is also scaled', [0, 0.5, -0.5, 0], 90, false],
  ['nearly a quarter turn', [0.125, 0.875, -0.875, 0.125], 90, false],
] as const)('%s is read from a display matrix', (_title, [a, b, c, d], rotationDegrees, isMirrored) => {
  expect(parseDisplayMatrix(printed(a, b, c, d))).toEqual({ rotationDegrees, isMirrored });
});

test.each([
  ['a matrix of zeros', printed(0, 0, 0, 0)],
  ['no matrix', undefined],
  ['nonsense', 'left'],
])('%s leaves the picture as it is', (_title, text) => {
  expect(parseDisplayMatrix(text)).toEqual({ rotationDegrees: 0, isMirrored: false });
});
