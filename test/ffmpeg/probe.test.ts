import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyframeBefore, scanPackets, scanPacketsAround } from '../../pipeline/ffmpeg/packet-index.ts';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { decodedFrameTicks, filteredFrameTicks, makeClip } from './make-clip.ts';

const OPTIONS = { tools: { ffmpegPath: 'ffmpeg', ffprobePath: 'ffprobe' }, log: pino({ level: 'silent' }) };
const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=64x36:rate=30000/1001:duration=4'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100:duration=4'];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '3', '-g', '30'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-probe-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function clip(name: string, ...args: string[]): Promise<string> {
  const path = join(folder, name);
  await makeClip(...args, path);
  return path;
}

describe('where the picture starts and ends', () => {
  test.each([
    ['film.mp4', ['-c:a', 'aac']],
    ['film.mkv', ['-c:a', 'libmp3lame']],
    ['film.ts', ['-c:a', 'aac']],
    ['film.avi', ['-c:a', 'libmp3lame']],
    ['film.flv', ['-c:a', 'aac']],
    ['film.mpg', ['-c:v', 'mpeg2video', '-bf', '2', '-c:a', 'mp2']],
  ])('%s: as its frames decode, to the tick', async (name, codecs) => {
    const path = await clip(name, ...PICTURE, ...SOUND, ...H264, ...codecs);
    const frames = await filteredFrameTicks(path);
    const { video, audio } = await probeSource(path, OPTIONS);
    expect([video?.firstFrameTicks, video?.lastFrameTicks]).toEqual([frames[0], frames.at(-1)]);
    expect(Math.abs(video!.endTicks - video!.lastFrameTicks - 3003)).toBeLessThanOrEqual(90);
    expect(audio).toHaveLength(1);
    expect(Math.abs(audio[0]!.endTicks - video!.endTicks)).toBeLessThan(20_000);
  });

  test('a TS cut inside a GOP starts at the first frame that decodes', async () => {
    const whole = await readFile(await clip('whole.ts', ...PICTURE, ...H264, '-an'));
    const path = join(folder, 'cut.ts');
    await writeFile(path, whole.subarray(188 * Math.floor(whole.length / 188 / 3)));
    const frames = await decodedFrameTicks(path);
    const { video } = await probeSource(path, OPTIONS);
    expect(video?.firstFrameTicks).toBe(frames[0]);
    expect(video!.firstFrameTicks).toBeGreaterThan(126_000 + 90_000);
  });

  test('a recording whose container states no duration is read to its end', async () => {
    const path = await clip('recording.mkv', ...PICTURE, ...H264, '-an', '-live', '1', '-f', 'matroska');
    const frames = await decodedFrameTicks(path);
    const info = await probeSource(path, OPTIONS);
    expect(info.statedDurationTicks).toBeUndefined();
    expect(info.video?.lastFrameTicks).toBe(frames.at(-1));
  });

  test('the end that counts is that of the data, not the one the index promises', async () => {
    const whole = await readFile(await clip('fast.mp4', ...PICTURE, ...H264, '-an', '-movflags', '+faststart'));
    const path = join(folder, 'half.mp4');
    await writeFile(path, whole.subarray(0, Math.floor(whole.length * 0.7)));
    const { video, statedDurationTicks } = await probeSource(path, OPTIONS);
    expect(video!.endTicks).toBeLessThan(statedDurationTicks! - 45_000);
    expect(video!.endTicks).toBeGreaterThan(45_000);
  });
});

test('recordings put one behind the other in a TS are told from one whose clock goes on', async () => {
  const first = await clip('first.ts', ...PICTURE, ...H264, '-an');
  const path = join(folder, 'joined.ts');
  const bytes = await readFile(first);
  await writeFile(path, Buffer.concat([bytes, bytes, bytes]));
  expect((await probeSource(path, OPTIONS)).clockRestarts).toBe(2);
  expect(await probeSource(first, OPTIONS)).not.toHaveProperty('clockRestarts');
});

describe('sound', () => {
  test('sound that ends long before the picture is found', async () => {
    const long = ['-f', 'lavfi', '-i', 'color=size=32x32:rate=5:duration=30'];
    const path = await clip('short-sound.mkv', ...long, ...SOUND, ...H264, '-c:a', 'aac');
    const { video, audio } = await probeSource(path, OPTIONS);
    expect(Math.abs(video!.endTicks - 30 * 90_000)).toBeLessThan(5000);
    expect(Math.abs(audio[0]!.endTicks - 4 * 90_000)).toBeLessThan(5000);
  });

  test('sound alone is a source, with the grid of its frames', async () => {
    const info = await probeSource(await clip('song.mp3', ...SOUND), OPTIONS);
    expect(info.video).toBeUndefined();
    expect(info.audio[0]).toMatchObject({ codec: 'mp3', sampleRate: 44_100, channels: 1, frameSamples: 1152 });
  });

  test('a track without a single packet is listed as not playable', async () => {
    const tracks = ['-map', '0', '-map', '1', '-map', '1', '-filter:a:1', 'aselect=0'];
    const path = await clip('empty-track.mkv', ...PICTURE, ...SOUND, ...tracks, ...H264, '-c:a', 'aac');
    const info = await probeSource(path, OPTIONS);
    expect(info.audio).toHaveLength(1);
    expect(info.others).toMatchObject([{ kind: 'audio', reason: expect.stringContaining('no packets') }]);
  });
});

describe('bad input', () => {
  const code = (path: string): Promise<string> =>
    probeSource(path, OPTIONS).then(
      () => 'taken',
      (error) => error.code,
    );

  test('each kind of bad file has its own error', async () => {
    const at = async (name: string, bytes: string | Uint8Array): Promise<string> => {
      await writeFile(join(folder, name), bytes);
      return await code(join(folder, name));
    };
    const film = await readFile(await clip('late-index.mp4', ...PICTURE, ...H264, '-an'));
    expect(await at('empty.mp4', '')).toBe('source_empty');
    expect(await at('letter.mp4', 'Dear diary,\n'.repeat(100))).toBe('source_not_media');
    expect(await at('cut.mp4', film.subarray(0, Math.floor(film.length / 2)))).toBe('source_truncated');
    expect(await at('list.mp4', '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n')).toBe('source_not_media');
    expect(await at('concat.mp4', "ffconcat version 1.0\nfile 'late-index.mp4'\n")).toBe('source_not_media');
    expect(await at('subtitle.srt', '1\n00:00:00,000 --> 00:00:01,000\nhello\n')).toBe('source_not_media');
    await mkdir(join(folder, 'folder.mp4'));
    expect(await code(join(folder, 'folder.mp4'))).toBe('source_unreadable');
    expect(await code(join(folder, 'gone.mp4'))).toBe('source_missing');
  });

  test.each(['-i leading dash.mp4', 'it\'s "quoted" $(id).mp4', 'http:colon.mp4', '한글 🎬.mp4', '%03d.mp4'])(
    'the name %s is only a name',
    async (name) => {
      const path = join(folder, name);
      await writeFile(path, await readFile(await clip('plain.mp4', ...PICTURE, ...H264, '-an')));
      expect((await probeSource(path, OPTIONS)).video?.width).toBe(64);
    },
  );

  test('cancelling ends the probe', async () => {
    const path = await clip('cancelled.mp4', ...PICTURE, ...H264, '-an');
    await expect(probeSource(path, { ...OPTIONS, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('packet index', () => {
  test('a scan has every frame and every keyframe, in order of display', async () => {
    const path = await clip('indexed.ts', ...PICTURE, ...H264, '-an');
    const { video } = await probeSource(path, OPTIONS);
    const index = await scanPackets(path, { ...OPTIONS, stream: video! });
    expect([...index.frameTicks]).toEqual(await decodedFrameTicks(path));
    expect([...index.keyframeTicks]).toEqual([0, 30, 60, 90].map((frame) => video!.firstFrameTicks + frame * 3003));
    expect(keyframeBefore(index, video!.firstFrameTicks + 60 * 3003)).toBe(video!.firstFrameTicks + 60 * 3003);
    expect(keyframeBefore(index, video!.firstFrameTicks + 60 * 3003 - 1)).toBe(video!.firstFrameTicks + 30 * 3003);
    expect(keyframeBefore(index, video!.firstFrameTicks - 1)).toBeUndefined();
  });

  test.each(['mkv', 'ts'])('a local scan of %s sees the frame before a gap that it starts in', async (container) => {
    const gap = ['-vf', "select='lt(t,1)+gt(t,15)',setpts=PTS", '-fps_mode', 'passthrough'];
    const long = ['-f', 'lavfi', '-i', 'testsrc2=size=32x32:rate=25:duration=20'];
    const path = await clip(`gap.${container}`, ...long, ...gap, ...H264, '-an');
    const { video } = await probeSource(path, OPTIONS);
    const start = video!.firstFrameTicks;
    const options = { ...OPTIONS, stream: video!, fromTicks: start + 8 * 90_000, toTicks: start + 16 * 90_000 };
    const { frameTicks } = await scanPacketsAround(path, options);
    const truth = (await decodedFrameTicks(path)).filter((ticks) => ticks >= start + 24 * 3600 && ticks <= options.toTicks);
    expect([...frameTicks]).toEqual(truth);
  });
});
