import { describe, expect, test } from 'vitest';
import { AppError } from '../../../pipeline/errors.ts';
import { parseUploadName } from '../../../pipeline/ingest/parse-upload-name.ts';

describe('an upload’s name', () => {
  test.each(['movie.mp4', '-leading-dash.mp4', 'quotes \' and ".mp4', '🎬.mp4', `${'가'.repeat(100)}.mp4`, 'dots..in..the..middle.mp4'])(
    '%s is taken',
    (name) => {
      expect(parseUploadName(name)).toBe(name);
    },
  );

  test('is made NFC', () => {
    expect(parseUploadName('한국.mp4'.normalize('NFD'))).toBe('한국.mp4'.normalize('NFC'));
  });

  test.each([
    ['empty', ''],
    ['blank', '  '],
    ['not given', undefined],
    ['given twice', ['a', 'b']],
    ['a path upwards', '../../etc/passwd'],
    ['a path', 'folder/film.mp4'],
    ['a Windows path', 'C:\\film.mp4'],
    ['a folder', '..'],
    ['with a NUL', 'film\0.mp4'],
    ['with a line break', 'film\r\n.mp4'],
    ['half a surrogate pair', 'film\ud83c.mp4'],
    ['over 1024 bytes', 'x'.repeat(1_025)],
  ])('is refused with a sentence when it is %s', (_what, name) => {
    expect(() => parseUploadName(name)).toThrow(
      expect.objectContaining({ code: 'name_invalid', message: expect.stringMatching(/^The .+\.$/) }),
    );
    expect(() => parseUploadName(name)).toThrow(AppError);
  });
});
