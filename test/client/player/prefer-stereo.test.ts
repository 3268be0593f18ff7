import { expect, test } from 'vitest';
import { preferStereo, surroundLevels } from '../../../client/src/player/prefer-stereo.ts';

const TRACKS = [
  { groupId: 'stereo', channels: '2' },
  { groupId: 'surround', channels: '6' },
  { groupId: 'surround', channels: '2' },
];
const level = (uri: string, group: string, height = 360) => ({ uri, height, audioGroups: [group] });

test('a picture that is offered with stereo is not offered with 5.1 once more', () => {
  const levels = [level('v360', 'stereo'), level('v360', 'surround'), level('v720', 'stereo'), level('v720', 'surround')];
  expect(surroundLevels(levels, TRACKS)).toEqual([1, 3]);
});

test('of sound alone the 5.1 is no better rung of the stereo', () => {
  expect(surroundLevels([level('a1', 'stereo', 0), level('a1-surround', 'surround', 0)], TRACKS)).toEqual([1]);
});

test('5.1 stays where nothing else is offered, and silence is no 5.1', () => {
  expect(surroundLevels([level('v360', 'surround')], TRACKS)).toEqual([]);
  expect(surroundLevels([{ uri: 'v360', height: 360, audioGroups: undefined }], TRACKS)).toEqual([]);
});

test('the level that playback starts with stays the same one', () => {
  const levels = [level('v360', 'surround'), level('v360', 'stereo'), level('v720', 'surround'), level('v720', 'stereo')];
  const hls = { levels, firstLevel: 3, removeLevel: (index: number) => void levels.splice(index, 1) };
  preferStereo(hls as unknown as Parameters<typeof preferStereo>[0], TRACKS);
  expect(levels.map(({ audioGroups }) => audioGroups[0])).toEqual(['stereo', 'stereo']);
  expect(hls.firstLevel).toBe(1);
});
