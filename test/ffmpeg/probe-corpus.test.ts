import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { reportStreams } from '../../pipeline/model/stream-report.ts';
import { CORPUS, hasCorpus } from '../corpus.ts';

const OPTIONS = { tools: { ffmpegPath: 'ffmpeg', ffprobePath: 'ffprobe' }, log: pino({ level: 'silent' }) };

describe.skipIf(!hasCorpus)('the corpus', () => {
  test.each([
    ['zero_byte.mp4', 'source_empty'],
    ['text_korean_named.mp4', 'source_not_media'],
    ['not_media_48bytes.mp4', 'source_truncated'],
    ['corrupt_broken.mp4', 'source_truncated'],
    ['corrupt.mkv', 'source_truncated'],
    ['corrupt_truncated_231s_header.mp4', 'source_truncated'],
    ['m4b_large_stbl_truncated_after_moov.m4b', 'source_truncated'],
    ['corrupt_vp9_bitstream.webm', 'source_unsupported'],
    ['encrypted_cenc.mp4', 'source_unsupported'],
    ['xhe_aac_ffprobe_invalid_json.mp4', 'source_unsupported'],
    ['vvc_h266.mp4', 'source_unsupported'],
    ['evil_hls_etc_passwd.mp4', 'source_not_media'],
    ['evil_hls_subfile.ts', 'source_not_media'],
    ['evil_ffconcat_absolute.mp4', 'source_not_media'],
    ['evil_svg_file_ref.svg', 'source_not_media'],
    ['mp3_200kB_garbage_prefix.mp3', 'source_not_media'],
    ['polyglot_jpeg_motionphoto.jpg', 'source_still'],
  ])('%s is refused as %s', async (name, code) => {
    await expect(probeSource(join(CORPUS, name), OPTIONS)).rejects.toMatchObject({ code });
  });

  test.each(['fmp4_gizmo.mp4', 'ax_sample_fragmented_variable_length_sgpd.mp4', 'encrypted_cenc.mp4'])(
    '%s is said to be encrypted, though a decoder takes it for damage or shows its noise',
    async (name) => {
      await expect(probeSource(join(CORPUS, name), OPTIONS)).rejects.toMatchObject({ message: expect.stringContaining('encrypted.') });
    },
  );

  test('a broadcast at the top of the 33-bit clock keeps its own times', async () => {
    const { video, audio } = await probeSource(join(CORPUS, 'ts_h264_720x576_sar64_45_ac3_first0_5s_gap.ts'), OPTIONS);
    expect(video?.firstFrameTicks).toBe(3_757_338_000);
    expect(audio[0]!.startTicks).toBeLessThan(video!.firstFrameTicks);
  });

  test('a broadcast that hides its fields in whole frames is known to have them', async () => {
    const { video } = await probeSource(join(CORPUS, 'ts_h264_720x576_sar64_45_ac3_first0_5s_gap.ts'), OPTIONS);
    expect(video).toMatchObject({ fieldOrder: 'tt', areFieldsUnmarked: true });
  });

  test.each([
    ['dv_p8_iphone_720p_rot90.mov', { dolbyVisionProfile: 8, rotationDegrees: 90, isMirrored: false, colorTransfer: 'arib-std-b67' }],
    ['hdr10_av1_5994_mdcv_clli.mp4', { peakNits: 1100, colorTransfer: 'smpte2084' }],
    ['rot90_and_mirrored.mp4', { rotationDegrees: 270, isMirrored: true }],
    ['rot_nan_no_timescale.mp4', { rotationDegrees: 0, isMirrored: false }],
  ])('of %s it is known what its picture needs', async (name, facts) => {
    expect((await probeSource(join(CORPUS, name), OPTIONS)).video).toMatchObject(facts);
  });

  test('an edit list that delays the picture delays its first frame', async () => {
    const { video, audio } = await probeSource(join(CORPUS, 'elst_video_delay_1s.mp4'), OPTIONS);
    expect([video?.firstFrameTicks, audio[0]?.startTicks]).toEqual([90_000, 0]);
  });

  test('a stated duration of 39 hours does not hide that one second is there', async () => {
    const { video } = await probeSource(join(CORPUS, 'fmp4_fragmented.mp4'), OPTIONS);
    expect(video!.endTicks).toBeLessThan(2 * 90_000);
  });

  test('a picture stream without frames leaves the sound playable', async () => {
    const info = await probeSource(join(CORPUS, 'ts_zero_frame.ts'), OPTIONS);
    expect(info.video).toBeUndefined();
    expect(info.audio).toHaveLength(1);
    expect(info.others).toMatchObject([{ kind: 'video', codec: 'h264' }]);
  });

  test.each([
    ['film_sintel_480p_14chapters.mp4', 14, { startTicks: 0, endTicks: 9_000 }],
    ['ax_sample_with_nero_chapters_only.mp4', 3, { startTicks: 0, endTicks: 18_090, title: 'Chapter 1' }],
    ['mkv_chapters_yuv444_negstart.mkv', 2, { startTicks: 0, endTicks: 179_910, title: 'Chapter 1' }],
  ])('%s has its chapters', async (name, count, first) => {
    const { chapters = [] } = await probeSource(join(CORPUS, name), OPTIONS);
    expect(chapters).toHaveLength(count);
    expect(chapters[0]).toMatchObject(first);
    expect(chapters.every(({ title }) => title === undefined || title === title.trim())).toBe(true);
  });

  test.each([
    ['ax_sample_with_vobsub.mp4', 'dvd_subtitle'],
    ['mkv_pgs.mkv', 'hdmv_pgs_subtitle'],
    ['avi_xsub.avi', 'xsub'],
  ])('%s has subtitles that are pictures, which its report lists as not carried', async (name, codec) => {
    const report = reportStreams(await probeSource(join(CORPUS, name), OPTIONS), { renditions: [] });
    expect(report.find((line) => line.codec === codec)).toMatchObject({
      outcome: 'not-carried',
      reason: expect.stringContaining('pictures'),
    });
  });
});
