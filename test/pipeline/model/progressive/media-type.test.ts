import { expect, test } from 'vitest';
import { sourceMediaType } from '../../../../pipeline/model/progressive/media-type.ts';
import { videoStream } from '../sample-video.ts';

const MOV = ['mov', 'mp4', 'm4a', '3gp', '3g2', 'mj2'];

test.each([
  [MOV, 'film.mp4', true, 'video/mp4'],
  [MOV, 'song.m4a', false, 'audio/mp4'],
  [MOV, 'film.MOV', true, 'video/quicktime'],
  [['matroska', 'webm'], 'film.mkv', true, 'video/x-matroska'],
  [['matroska', 'webm'], 'film.webm', true, 'video/webm'],
  [['mp3'], 'song.mp3', false, 'audio/mpeg'],
  [['ogg'], 'song.opus', false, 'audio/ogg'],
  // A name says nothing that the bytes do not.
  [['mp3'], 'page.html', false, 'audio/mpeg'],
  [['mp3'], 'film.webm', false, 'audio/mpeg'],
  [['yuv4mpegpipe'], 'page.svg', true, 'application/octet-stream'],
])('%j named %s, with a picture: %s, is %s', (formatNames, name, hasPicture, type) => {
  expect(sourceMediaType({ formatNames, ...(hasPicture ? { video: videoStream() } : {}) }, name)).toBe(type);
});

test('what was not probed is just bytes', () => {
  expect(sourceMediaType(undefined, 'film.mp4')).toBe('application/octet-stream');
});
