import { describe, expect, test } from 'vitest';
import { readSourceTags } from '../../../pipeline/ffmpeg/source-tags.ts';

function tagsOf(tags: Record<string, string>, formatName = 'mp3', comments: Record<string, string> = {}): Record<string, string> {
  const streams = [{ index: 0, codec_type: 'audio', tags: comments }];
  return readSourceTags({ format: { format_name: formatName, tags }, streams, chapters: [], packets_and_frames: [] });
}

/** As ffmpeg reads a tag of EUC-KR that says it is Latin-1. */
function misread(...bytes: number[]): string {
  return String.fromCharCode(...bytes);
}

const SOME_KOREAN = misread(0xb3, 0xaa, 0xb8, 0xa6, 0x20, 0xbb, 0xe7, 0xb6, 0xfb, 0xc7, 0xd1, 0x20, 0xb3, 0xca);

describe('tags', () => {
  test('have keys in lower case and values of one line', () => {
    expect(tagsOf({ TITLE: ' One\r\nTwo\0 ', Empty: ' ' })).toEqual({ title: 'One Two' });
  });

  test('of Ogg stand with the stream, the container’s own above them', () => {
    expect(tagsOf({}, 'ogg', { ARTIST: 'A', TITLE: 'T' })).toEqual({ artist: 'A', title: 'T' });
    expect(tagsOf({}, 'mov', { title: 'Surround' })).toEqual({});
  });

  test('are not more and not longer than a library needs', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, '가'.repeat(9999)]));
    const tags = tagsOf({ ['x'.repeat(100)]: 'y', ...many });
    expect(Object.keys(tags)).toHaveLength(64);
    expect(tags.k0).toHaveLength(500);
  });

  test('of bytes that no encoding explains still make JSON', () => {
    const tags = tagsOf({ 'not\nval\u001fid': 'x', artist: 'test\ufffd\ufffd', title: '\ud800' });
    expect(Object.keys(tags)).toEqual(['artist', 'title']);
    expect(JSON.parse(JSON.stringify(tags))).toEqual(tags);
  });
});

describe('Korean that was read as Latin-1', () => {
  test('is put right', () => {
    expect(tagsOf({ title: SOME_KOREAN, artist: 'IU', encoder: 'Lavf' })).toEqual({
      title: '나를 사랑한 너',
      artist: 'IU',
      encoder: 'Lavf',
    });
  });

  test.each([
    ['French', { title: 'Café à la crème', artist: 'Émilie' }],
    ['German capitals', { title: 'ÄÖÜ', artist: 'Größe' }],
    ['signs', { title: '±°²', album: '½¼' }],
    ['Chinese read as Latin-1, which gives other syllables', { title: misread(0xb1, 0xb1, 0xbe, 0xa9, 0xb1, 0xb1, 0xbe, 0xa9) }],
    ['Korean beside something that cannot have been', { title: SOME_KOREAN, artist: 'Beyoncé' }],
    ['Korean that was read right', { title: '나를 사랑한 너' }],
  ])('is not seen in %s', (_, tags) => {
    expect(tagsOf(tags)).toEqual(tags);
  });
});
