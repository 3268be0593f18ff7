import { expect, test } from 'vitest';
import { isCodedSo } from '../../../../pipeline/model/progressive/is-coded-so.ts';
import type { AudioStreamInfo } from '../../../../pipeline/model/source-info.ts';
import { videoStream } from '../sample-video.ts';

const sound = (codec: string) => ({ codec }) as AudioStreamInfo;

test.each([
  ['mp3', { formatNames: ['mp3'], audio: [sound('mp3')] }, true],
  ['opus', { formatNames: ['ogg'], audio: [sound('opus')] }, true],
  ['opus', { formatNames: ['mp3'], audio: [sound('mp3')] }, false],
  ['opus', { formatNames: ['ogg'], audio: [sound('vorbis')] }, false],
  ['opus', { formatNames: ['matroska', 'webm'], audio: [sound('opus')] }, false],
  // The links of a chain that are not played would be heard.
  ['opus', { formatNames: ['ogg'], audio: [sound('opus')], linksLeftOut: 1 }, false],
  ['mp3', { formatNames: ['mp3'], audio: [sound('mp3'), sound('mp3')] }, false],
  ['mp3', { formatNames: ['avi'], audio: [sound('mp3')], video: videoStream() }, false],
] as const)('%s: %j, %s', (extension, info, expected) => {
  expect(isCodedSo({ ...info, formatNames: [...info.formatNames], audio: [...info.audio] }, extension)).toBe(expected);
});
