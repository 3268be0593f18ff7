import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberedName, storableName, storableVisibleName, titleName } from '../../../pipeline/ingest/file-name.ts';

const bytes = (text: string) => Buffer.byteLength(text);

describe('a stored name', () => {
  test('stays as it was where every file system takes it', () => {
    for (const name of ['film.mp4', 'it\'s "quoted" & $HOME.mkv', '🎬 영화.mp4', 'no extension', 'a.b.c.tar.gz']) {
      expect(storableName(name)).toBe(name);
    }
  });

  test('is NFC: a Korean name from a Mac (NFD) and from anywhere else are stored alike', () => {
    expect(storableName('한국 영화.mp4'.normalize('NFD'))).toBe('한국 영화.mp4'.normalize('NFC'));
  });

  test('of 300 bytes keeps its extension and whole characters within 200 bytes', () => {
    const hangul = storableName(`${'가'.repeat(100)}.mp4`);
    expect(hangul).toBe(`${'가'.repeat(65)}.mp4`);
    const family = '👨‍👩‍👧‍👦';
    expect(storableName(`${family.repeat(20)}.webm`)).toBe(`${family.repeat(7)}.webm`);
    expect(bytes(storableName(`${'x'.repeat(296)}.mp4`))).toBe(200);
  });

  test('has no separators or control characters', () => {
    expect(storableName('a/b\\c\0d\ne.mp4')).toBe('a_b_c_d_e.mp4');
    expect(storableName('..')).toBe('unnamed');
    expect(storableName('')).toBe('unnamed');
  });

  test('for anything at all is one path component of 1 to 200 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        for (const stored of [storableName(name), storableVisibleName(name)]) {
          expect(bytes(stored)).toBeGreaterThan(0);
          expect(bytes(stored)).toBeLessThanOrEqual(200);
          expect(stored).not.toMatch(/[/\\\0]/);
          expect(['.', '..']).not.toContain(stored);
        }
      }),
    );
  });

  test('in originals/ is neither hidden nor mistaken for an option', () => {
    expect(storableVisibleName('-rf.mp4')).toBe('_-rf.mp4');
    expect(storableVisibleName('.hidden.mp4')).toBe('_.hidden.mp4');
  });
});

describe('other names', () => {
  test('a title is called as its file, without the extension', () => {
    expect(titleName('My film.mp4')).toBe('My film');
    expect(titleName('Vol. 2')).toBe('Vol. 2');
    expect(titleName('.mp4')).toBe('.mp4');
    expect(titleName('한국.mp4'.normalize('NFD'))).toBe('한국');
  });

  test('a second file of a name gets its number before the extension', () => {
    expect(numberedName('film.mp4', 2)).toBe('film (2).mp4');
    expect(numberedName('film', 3)).toBe('film (3)');
  });
});
