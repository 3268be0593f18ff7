import { expect, test } from 'vitest';
import { RENDITION_HEADINGS, REPORT_HEADINGS, renditionRows, reportRows } from '../../../client/src/watch/title-tables.ts';
import { renditionView } from '../rendition-fixture.ts';
import { titleView } from '../title-fixture.ts';

test('renditions stand from the best rung down, then sound, then I-frames', () => {
  const rows = renditionRows(
    titleView({
      id: 'a',
      renditions: [
        renditionView({ id: 'i360', kind: 'iframe', width: 640, height: 360, bitrateBps: 99_000_000 }),
        renditionView({ id: 'a1', kind: 'audio', bitrateBps: 9_000_000 }),
        renditionView({ id: 'v360', width: 640, height: 360, bitrateBps: 700_000 }),
        renditionView({ id: 'v720', width: 1280, height: 720, bitrateBps: 2_800_000 }),
      ],
    }),
  );
  expect(rows).toEqual([
    ['720p', '1280 × 720', '2.8 Mb/s', 'c'],
    ['360p', '640 × 360', '700 kb/s', 'c'],
    ['Sound', '–', '9.0 Mb/s', 'c'],
    ['I-frames', '640 × 360', '99.0 Mb/s', 'c'],
  ]);
  expect(rows.every((row) => row.length === RENDITION_HEADINGS.length)).toBe(true);
});

test('rungs of other codecs than H.264 are called after them', () => {
  const rung = { width: 1280, height: 720 };
  const renditions = [
    renditionView({ id: 'v720', codecs: 'avc1.64001f', bitrateBps: 3, ...rung }),
    renditionView({ id: 'v720-hevc', codecs: 'hvc1.1.6.L93.90', bitrateBps: 2, ...rung }),
    renditionView({ id: 'v720-av1', codecs: 'av01.0.05M.08', bitrateBps: 1, ...rung }),
  ];
  expect(renditionRows(titleView({ id: 'a', renditions })).map(([name]) => name)).toEqual(['720p', '720p HEVC', '720p AV1']);
});

test('several sounds are numbered', () => {
  const sounds = ['a1', 'a2'].map((id) => renditionView({ id, kind: 'audio' }));
  expect(renditionRows(titleView({ id: 'a', renditions: sounds })).map(([name]) => name)).toEqual(['Sound 1', 'Sound 2']);
});

test('several sounds have their names, and 5.1 says so', () => {
  const stereo = renditionView({ id: 'a1', kind: 'audio', name: 'English', channels: 2, bitrateBps: 320 });
  const renditions = [stereo, renditionView({ id: 'a1-surround', kind: 'audio', name: 'English', channels: 6, bitrateBps: 128 })];
  expect(renditionRows(titleView({ id: 'a', renditions })).map(([name]) => name)).toEqual(['English', 'English 5.1']);
});

test('every stream of the source has its row, with its outcome in words', () => {
  const rows = reportRows(
    titleView({
      id: 'a',
      report: [{ streamIndex: 2, kind: 'subtitle', codec: 'dvd_subtitle', outcome: 'not-carried', reason: 'Pictures.' }],
    }),
  );
  expect(rows).toEqual([['#2 subtitle', 'dvd_subtitle', 'Not carried', 'Pictures.']]);
  expect(rows[0]).toHaveLength(REPORT_HEADINGS.length);
});
