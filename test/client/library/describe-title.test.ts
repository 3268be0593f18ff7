import { expect, test } from 'vitest';
import { describePicture, describeState, describeTags } from '../../../client/src/library/describe-title.ts';
import { renditionView } from '../rendition-fixture.ts';
import { titleView } from '../title-fixture.ts';

test('what plays while it is being prepared says both', () => {
  expect(describeState(titleView({ id: 'a', state: 'playable', progress: 0.42 }))).toBe('Plays now, 42 % prepared');
});

test('what keeps a title from going on, or has failed it, is said in the server’s words', () => {
  const problem = { code: 'disk_full', message: 'The disk is full.' };
  expect(describeState(titleView({ id: 'a', state: 'playable', problem }))).toBe('The disk is full.');
  const error = { code: 'source_truncated', message: 'It was cut short.' };
  expect(describeState(titleView({ id: 'a', state: 'failed', error, problem }))).toBe('It was cut short.');
});

test('a title is described by its best rung, by sound where there is no picture, by nothing before it is planned', () => {
  const sound = renditionView({ id: 'a1', kind: 'audio' });
  const rungs = [renditionView({ id: 'v360', width: 640, height: 360 }), renditionView({ id: 'v720', width: 1280, height: 720 }), sound];
  expect(describePicture(titleView({ id: 'a', renditions: rungs }))).toBe('720p');
  expect(describePicture(titleView({ id: 'a', renditions: [sound] }))).toBe('Sound');
  expect(describePicture(titleView({ id: 'a' }))).toBe('');
});

test('what a source says of itself is said in one line, as far as it does', () => {
  expect(describeTags(titleView({ id: 'a', tags: { artist: '아이유', album: 'Palette', year: 2017, track: 3 } }))).toBe(
    '아이유 · Palette · 2017',
  );
  expect(describeTags(titleView({ id: 'a' }))).toBe('');
});
