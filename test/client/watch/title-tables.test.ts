import { expect, test } from 'vitest';
import { RENDITION_HEADINGS, REPORT_HEADINGS, renditionRows, reportRows } from '../../../client/src/watch/title-tables.ts';
import { titleView } from '../title-fixture.ts';

test('renditions stand from the best rung down, sound last, with what is missing of each', () => {
  const base = { codecs: 'c', segmentsPlanned: 10, encodeSpeed: null, playlistUrl: '' };
  const rows = renditionRows(
    titleView({
      id: 'a',
      renditions: [
        { ...base, id: 'a1', kind: 'audio', bitrateBps: 9_000_000, segmentsCommitted: 10 },
        { ...base, id: 'v360', kind: 'video', width: 640, height: 360, bitrateBps: 700_000, segmentsCommitted: 3 },
        { ...base, id: 'v720', kind: 'video', width: 1280, height: 720, bitrateBps: 2_800_000, segmentsCommitted: 10 },
      ],
    }),
  );
  expect(rows).toEqual([
    ['720p', '1280 × 720', '2.8 Mb/s', 'c', 'All'],
    ['360p', '640 × 360', '700 kb/s', 'c', '3 of 10 segments'],
    ['Sound', '–', '9.0 Mb/s', 'c', 'All'],
  ]);
  expect(rows.every((row) => row.length === RENDITION_HEADINGS.length)).toBe(true);
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
