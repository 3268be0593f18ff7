import { describe, expect, test } from 'vitest';
import { checkSourceLength, checkSourceLimits } from '../../../pipeline/ffmpeg/source-limits.ts';
import type { AudioStreamInfo, VideoStreamInfo } from '../../../pipeline/model/source-info.ts';
import { VIDEO_TIMESCALE } from '../../../pipeline/model/time.ts';

const unsupported = (message: string) => expect.objectContaining({ code: 'source_unsupported', message: expect.stringContaining(message) });
const audio = { codec_type: 'audio' };

describe('checkSourceLimits', () => {
  test('lets an 8K film with many sounds pass', () => {
    checkSourceLimits([{ codec_type: 'video', width: 7680, height: 4320 }, ...Array(40).fill(audio)], '');
  });

  test('refuses thousands of streams', () => {
    expect(() => checkSourceLimits(Array(3000).fill(audio), '')).toThrow(unsupported('3000 pictures and sounds'));
  });

  test('refuses a picture that no memory holds, also where only the decoder knew its size', () => {
    const stderr = '[vp8 @ 0x1] [IMGUTILS @ 0x7] Picture size 16000x16000 exceeds specified max pixel count 67108864, see …';
    expect(() => checkSourceLimits([{ codec_type: 'video', width: 30_000, height: 3000 }], '')).toThrow(unsupported('30000×3000'));
    expect(() => checkSourceLimits([{ codec_type: 'video', width: 0, height: 0 }, audio], stderr)).toThrow(unsupported('16000×16000'));
  });

  test('lets sound pass whose cover is too large', () => {
    const stderr = '[mjpeg @ 0x1] [IMGUTILS @ 0x7] Picture size 16000x16000 exceeds specified max pixel count 67108864, see …';
    checkSourceLimits([audio], stderr);
  });
});

describe('checkSourceLength', () => {
  const DAY = 86_400 * VIDEO_TIMESCALE;
  const video = (firstFrameTicks: number, endTicks: number) => ({ firstFrameTicks, endTicks }) as VideoStreamInfo;
  const audio = (startTicks: number, endTicks: number) => [{ startTicks, endTicks }] as AudioStreamInfo[];

  test('lets a long recording pass, wherever its clock begins', () => {
    checkSourceLength({ video: video(900 * DAY, 901 * DAY), audio: audio(900 * DAY, 901 * DAY) });
  });

  test('refuses the ten years that a kilobyte can claim', () => {
    expect(() => checkSourceLength({ video: video(0, 3650 * DAY), audio: [] })).toThrow(unsupported('3650 days'));
  });

  test('refuses sound that lies years from the picture', () => {
    expect(() => checkSourceLength({ video: video(0, DAY), audio: audio(400 * DAY, 401 * DAY) })).toThrow(unsupported('401 days'));
  });
});
