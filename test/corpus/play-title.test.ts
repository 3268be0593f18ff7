import { describe, expect, test } from 'vitest';
import type { RenditionView } from '../../pipeline/model/title.ts';
import { parseShowinfo } from './decode-reference.ts';
import { choosePlaces, judgePlace } from './play-title.ts';

const video = { kind: 'video', width: 640, height: 360 } as RenditionView;
const audio = { kind: 'audio' } as RenditionView;
const place = {
  picture: { seconds: 0, width: 640, height: 360, luma: [] },
  frames: 10,
  soundBytes: 100,
  movedSeconds: 0.5,
  hasEnded: false,
};
const codes = (changes: Partial<typeof place>, renditions = [video, audio]) =>
  judgePlace({ ...place, ...changes }, 'middle', { renditions }, []).map(({ code }) => code);

describe('judgePlace', () => {
  test('finds nothing where picture, sound and time are right', () => {
    expect(codes({})).toEqual([]);
  });

  test('finds a time that stands still, unless that was the end', () => {
    expect(codes({ movedSeconds: 0 })).toEqual(['stands_still']);
    expect(codes({ movedSeconds: 0, hasEnded: true })).toEqual([]);
  });

  test('finds a picture that is missing, or of no rung’s size', () => {
    expect(codes({ frames: 0 })).toEqual(['no_picture']);
    expect(codes({ picture: { ...place.picture, width: 360, height: 640 } })).toEqual(['wrong_size']);
  });

  test('finds sound that does not arrive, where there is sound', () => {
    expect(codes({ soundBytes: 0 })).toEqual(['no_sound']);
    expect(codes({ soundBytes: 0 }, [video])).toEqual([]);
  });
});

test('the last place is within the last second, also of the shortest title', () => {
  expect(choosePlaces(100)).toEqual([0, 50, 99]);
  expect(choosePlaces(0.04)).toEqual([0, 0.02, 0.03]);
});

test('a reference frame’s time and shape are read from showinfo', () => {
  const line =
    '[Parsed_showinfo_0 @ 0x1] n:   1 pts:    512 pts_time:0.04    duration: 512 pos: 9 fmt:yuv420p sar:64/45 s:720x576 i:P iskey:0';
  expect(parseShowinfo(line)).toEqual([{ seconds: 0.04, aspect: (720 * 64) / 45 / 576 }]);
});
