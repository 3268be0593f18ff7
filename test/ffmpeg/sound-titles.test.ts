import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractCover } from '../../pipeline/ffmpeg/extract-cover.ts';
import { measureWaveform } from '../../pipeline/ffmpeg/measure-waveform.ts';
import type { Waveform } from '../../pipeline/model/waveform.ts';
import { prepare } from './convert-harness.ts';
import { makeClip } from './make-clip.ts';
import { findTools, silentLog as log, newHome, openHome } from './title-home.ts';

let clips: string;
let album: string;

/** A second of silence, a second of a loud tone, half a second of a quiet one. */
const SOUND = "aevalsrc='if(lt(t,1),0,if(lt(t,2),0.9,0.1))*sin(2*PI*440*t)':s=44100:d=2.5";

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'mr-sound-'));
  const cover = join(clips, 'cover.png');
  await makeClip('-f', 'lavfi', '-i', 'color=red:s=900x300', '-frames:v', '1', cover);
  album = join(clips, 'song.mp3');
  const picture = ['-map', '1', '-c:v', 'copy', '-disposition:v', 'attached_pic'];
  await makeClip('-f', 'lavfi', '-i', SOUND, '-i', cover, '-map', '0', ...picture, '-metadata', 'artist=A', album);
});
afterAll(() => rm(clips, { recursive: true }));

function levelAt({ peaks, durationSeconds }: Waveform, seconds: number): number {
  return peaks[Math.floor((seconds / durationSeconds) * peaks.length)]! / 255;
}

test.each([
  ['an MP3 with a cover', [], 'song-cover.mp3'],
  ['a FLAC', [], 'song.flac'],
  ['a WAV', [], 'song.wav'],
  ['an AIFF', [], 'song.aiff'],
  ['an ALAC', ['-c:a', 'alac'], 'song.m4a'],
  ['an Opus', ['-c:a', 'libopus'], 'song.opus'],
  ['a Vorbis', ['-c:a', 'libvorbis'], 'song.ogg'],
  ['an AC-3', ['-c:a', 'ac3'], 'song.ac3'],
  ['a WMA', ['-c:a', 'wmav2'], 'song.wma'],
  ['an ADTS AAC', [], 'song.aac'],
  ['sound that begins late on its clock', ['-output_ts_offset', '500'], 'song.ts'],
])('the waveform of %s is loud where the sound is', async (_, args, name) => {
  const path = name === 'song-cover.mp3' ? album : join(clips, name);
  if (path !== album) await makeClip('-f', 'lavfi', '-i', SOUND, ...args, path);
  const { source, plan } = await prepare(path);
  const waveform = (await measureWaveform(source, plan, { tools: await findTools(), log }))!;
  expect(waveform.durationSeconds).toBeGreaterThan(2.4);
  expect(levelAt(waveform, 0.5)).toBeLessThan(0.03);
  expect(levelAt(waveform, 1.5)).toBeGreaterThan(0.8);
  expect(levelAt(waveform, 2.3)).toBeGreaterThan(0.05);
  expect(levelAt(waveform, 2.3)).toBeLessThan(0.2);
});

describe('a title of sound alone', () => {
  test('gets its cover as its poster, a waveform and what its tags say', async () => {
    const home = await openHome(await newHome());
    await home.addTitle(album, 'song');
    await home.preparer.prepare('song');
    await home.titleIs('song', 'complete');
    const made = new Promise<void>((resolve) => {
      const look = async () => {
        const assets = await Promise.all(['poster.jpg', 'waveform.json'].map((name) => home.store.readAsset('song', name)));
        if (assets.every(Boolean)) resolve();
      };
      home.bus.subscribe(() => void look());
      void look();
    });
    await made;
    const poster = Buffer.from((await home.store.readAsset('song', 'poster.jpg'))!);
    // SOF0: marker, length, precision, height, width.
    const frame = poster.indexOf(Buffer.from([0xff, 0xc0]));
    expect([poster.readUInt16BE(frame + 7), poster.readUInt16BE(frame + 5)]).toEqual([640, 213]);
    const { sourceInfo, report } = (await home.store.readTitle('song'))!;
    expect(sourceInfo).toMatchObject({ tags: { artist: 'A' } });
    expect(report.find(({ kind }) => kind === 'cover')?.outcome).toBe('converted');
  });

  test('without a cover has no poster', async () => {
    const { source } = await prepare(join(clips, 'song.flac'));
    expect(await extractCover(source, { tools: await findTools(), log })).toBeUndefined();
  });
});
