import { expect, test } from 'vitest';
import { describePicture, describeState } from '../../../client/src/library/describe-title.ts';
import type { RenditionView } from '../../../pipeline/model/title.ts';
import { titleView } from '../title-fixture.ts';

const rendition = (changes: Partial<RenditionView>): RenditionView => ({
  id: 'x',
  kind: 'video',
  codecs: '',
  bitrateBps: 1,
  segmentsCommitted: 0,
  segmentsPlanned: 1,
  encodeSpeed: null,
  playlistUrl: '',
  ...changes,
});

test('what plays while it is being prepared says both', () => {
  expect(describeState(titleView({ id: 'a', state: 'playable', progress: 0.42 }))).toBe('Plays now, 42 % prepared');
});

test('a title is described by its best rung, by sound where there is no picture, by nothing before it is planned', () => {
  const rungs = [rendition({ width: 640, height: 360 }), rendition({ width: 1280, height: 720 }), rendition({ kind: 'audio' })];
  expect(describePicture(titleView({ id: 'a', renditions: rungs }))).toBe('720p');
  expect(describePicture(titleView({ id: 'a', renditions: [rendition({ kind: 'audio' })] }))).toBe('Sound');
  expect(describePicture(titleView({ id: 'a' }))).toBe('');
});
