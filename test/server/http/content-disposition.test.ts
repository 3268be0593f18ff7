import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderDisposition } from '../../../server/http/content-disposition.ts';

test.each([
  ['film.mp4', 'attachment; filename="film.mp4"'],
  ['강남.mp4', `attachment; filename="__.mp4"; filename*=UTF-8''%EA%B0%95%EB%82%A8.mp4`],
  ['Ä "quoted" (1)*.mp4', `attachment; filename="_ _quoted_ (1)*.mp4"; filename*=UTF-8''%C3%84%20%22quoted%22%20%281%29%2A.mp4`],
  ['../../etc/passwd', 'attachment; filename="passwd"'],
  ['C:\\films\\one.mp4', 'attachment; filename="one.mp4"'],
  ['a\r\nSet-Cookie: b=c', 'attachment; filename="aSet-Cookie: b=c"'],
  ['gnp.\u202e4pm', 'attachment; filename="gnp.4pm"'],
  ['.bashrc', 'attachment; filename="bashrc"'],
  ['100%', `attachment; filename="100_"; filename*=UTF-8''100%25`],
  ['', 'attachment; filename="download"'],
  ['///', 'attachment; filename="download"'],
])('%j is %s', (name, header) => {
  expect(renderDisposition('attachment', name)).toBe(header);
});

test('whatever the name, it is one header of plain characters, with one name in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const header = renderDisposition('inline', name);
      expect(header).toMatch(/^inline; filename="[^"\\%/]+"(; filename\*=UTF-8''[\w.!#$&+^`|~%-]+)?$/);
      expect(header).toMatch(/^[ -~]+$/);
    }),
  );
});
