import { expect, test } from 'vitest';
import { planChapters, renderChapters } from '../../../pipeline/model/chapters.ts';
import { planTimeline } from '../../../pipeline/model/timeline/boundaries.ts';

const SECOND = 90_000;
const plan = { originTicks: 5 * SECOND, timeline: planTimeline(60 * SECOND) };
const chapter = (start: number, end: number, title?: string) => ({
  startTicks: start * SECOND,
  endTicks: end * SECOND,
  ...(title === undefined ? {} : { title }),
});

test('chapters count from the first frame, in order and one at a time', () => {
  const chapters = [
    chapter(25, 95, 'Last'),
    chapter(5, 15, 'First'),
    chapter(15, 65),
    chapter(15, 20, 'within another'),
    chapter(70, 80, 'after the end'),
  ];
  expect(planChapters(chapters, plan)).toEqual([
    { startSeconds: 0, endSeconds: 10, title: 'First' },
    { startSeconds: 10, endSeconds: 20, title: 'Chapter 2' },
    { startSeconds: 20, endSeconds: 60, title: 'Last' },
  ]);
});

test('a chapter that began before the title is cut at its start', () => {
  expect(planChapters([chapter(0, 15), chapter(0, 3)], plan)).toEqual([{ startSeconds: 0, endSeconds: 10, title: 'Chapter 1' }]);
});

test('titles of chapters are shown as they are, whatever they hold', () => {
  expect(renderChapters([{ startSeconds: 1.5, endSeconds: 2, title: '<b>A</b> & --> B\r\n\r\nC' }])).toBe(
    'WEBVTT\n\n00:00:01.500 --> 00:00:02.000\n&lt;b&gt;A&lt;/b&gt; &amp; --&gt; B\nC\n',
  );
});
