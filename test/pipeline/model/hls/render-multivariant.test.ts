import { describe, expect, test } from 'vitest';
import { estimateBandwidth } from '../../../../pipeline/model/hls/estimate-bandwidth.ts';
import { parsePlaylist } from '../../../../pipeline/model/hls/parse-playlist.ts';
import { planMultivariant, renderMultivariant, startRenditions } from '../../../../pipeline/model/hls/render-multivariant.ts';
import { golden } from './golden.ts';
import { audioRendition, av1Rung, hevcRung, samplePlan, smallRung, videoRendition } from './sample-plan.ts';

const plan = samplePlan();
const measured = new Map([
  ['v540', { peakBps: 2_100_000.2, averageBps: 1_500_000.5 }],
  ['v360', { peakBps: 900_000, averageBps: 650_000 }],
  ['a1', { peakBps: 131_000, averageBps: 129_000 }],
  ['a2', { peakBps: 130_000, averageBps: 128_500 }],
]);

describe('renderMultivariant', () => {
  test('before anything is encoded, it states what the encoder is capped to', () => {
    expect(renderMultivariant(plan)).toBe(golden('multivariant-planned.m3u8'));
  });

  test('once measured, it states the measured peaks and averages of the largest combination', () => {
    expect(renderMultivariant(plan, measured)).toBe(golden('multivariant-measured.m3u8'));
  });

  test('sound alone is its own variant, with its other languages beside it', () => {
    const audio = plan.renditions.filter((rendition) => rendition.kind === 'audio');
    expect(renderMultivariant(samplePlan({ renditions: audio.slice(0, 1) }))).toBe(golden('multivariant-audio-only.m3u8'));
    expect(renderMultivariant(samplePlan({ renditions: audio }))).toBe(golden('multivariant-audio-only-two-languages.m3u8'));
  });

  test('further codecs stand behind H.264, each with its range, and a film starts with what every player has', () => {
    const hdr = hevcRung({
      id: 'v540-hevc',
      width: 960,
      height: 540,
      maxrateBps: 1_920_000,
      hdr: { range: 'PQ' },
      codecs: 'hvc1.2.4.L90.90',
    });
    const renditions = [hdr, hevcRung(), av1Rung()];
    const all = { ...plan, renditions: [videoRendition(), smallRung(), ...renditions, audioRendition()] };
    expect(renderMultivariant(samplePlan(all))).toBe(golden('multivariant-codecs.m3u8'));
    expect(startRenditions(all).map(({ id }) => id)).toEqual(['v540', 'a1']);
  });

  test('a silent film names no audio group', () => {
    const video = plan.renditions.filter((rendition) => rendition.kind === 'video');
    expect(renderMultivariant(samplePlan({ renditions: video }))).toBe(golden('multivariant-silent.m3u8'));
  });

  test('the variant nearest to 2 Mb/s comes first, the rest by bit rate', () => {
    const rungs = [6_000_000, 3_000_000, 1_900_000, 700_000].map((maxrateBps) =>
      videoRendition({ id: `v${maxrateBps}`, maxrateBps, bufsizeBits: maxrateBps }),
    );
    const uris = planMultivariant({ ...plan, renditions: rungs }).variants.map((variant) => variant.uri);
    expect(uris).toEqual(['v1900000/media.m3u8', 'v700000/media.m3u8', 'v3000000/media.m3u8', 'v6000000/media.m3u8']);
  });

  test('several tracks of one name and language get names of their own, one default, and one that is selected automatically', () => {
    const tracks = ['a1', 'a2', 'a3'].map((id, index) =>
      audioRendition({ id, sourceStreamIndex: index, name: 'Director "X"\n', language: 'en', isDefault: id !== 'a1' }),
    );
    const { renditions } = planMultivariant({ ...plan, renditions: [videoRendition(), ...tracks] });
    expect(renditions.map(({ name, isDefault, autoselect, uri }) => [name.trim(), isDefault, autoselect, uri])).toEqual([
      ['Director "X"', true, true, 'a2/media.m3u8'],
      ['Director "X"\n 2', false, false, 'a3/media.m3u8'],
      ['Director "X"\n 3', false, false, 'a1/media.m3u8'],
    ]);
    expect(renderMultivariant({ ...plan, renditions: [videoRendition(), ...tracks] })).toContain(`NAME="Director 'X'  2"`);
  });

  test('a track for the blind says so and is chosen with their settings, a commentary by hand only', () => {
    const tracks = [
      audioRendition(),
      audioRendition({ id: 'a2', sourceStreamIndex: 2, name: 'English (audio description)', role: 'description', isDefault: false }),
      audioRendition({ id: 'a3', sourceStreamIndex: 3, name: 'Director', role: 'commentary', language: 'fr', isDefault: false }),
    ];
    const playlist = renderMultivariant({ ...plan, renditions: [videoRendition(), ...tracks] });
    const media = playlist.split('\n').filter((line) => line.startsWith('#EXT-X-MEDIA'));
    expect(media[1]).toContain('DEFAULT=NO,AUTOSELECT=YES,CHARACTERISTICS="public.accessibility.describes-video"');
    expect(media[2]).toContain('NAME="Director",LANGUAGE="fr",DEFAULT=NO,AUTOSELECT=NO,CHANNELS="2"');
    expect(parsePlaylist(playlist)).toEqual(planMultivariant({ ...plan, renditions: [videoRendition(), ...tracks] }));
  });

  test('where no track is marked, the first is the default', () => {
    const { renditions } = planMultivariant({ ...plan, renditions: [videoRendition(), audioRendition({ isDefault: false })] });
    expect(renditions[0]).toMatchObject({ isDefault: true, autoselect: true });
  });

  test('stereo and 5.1 are groups of their own with the same tracks, and each video is offered with either', () => {
    const surround = audioRendition({ id: 'a1-surround', channels: 6, bitrateBps: 320_000 });
    const other = audioRendition({ id: 'a2', sourceStreamIndex: 2, language: 'ko', name: 'Korean', isDefault: false });
    const { variants, renditions } = planMultivariant({ ...plan, renditions: [videoRendition(), audioRendition(), other, surround] });
    expect(renditions.map(({ groupId, name, isDefault, channels, uri }) => [groupId, name, isDefault, channels, uri])).toEqual([
      ['mp4a.40.2-2', 'English', true, '2', 'a1/media.m3u8'],
      ['mp4a.40.2-2', 'Korean', false, '2', 'a2/media.m3u8'],
      ['mp4a.40.2-6', 'English', true, '6', 'a1-surround/media.m3u8'],
      ['mp4a.40.2-6', 'Korean', false, '2', 'a2/media.m3u8'],
    ]);
    expect(variants.map(({ audioGroupId, uri }) => [audioGroupId, uri])).toEqual([
      ['mp4a.40.2-2', 'v540/media.m3u8'],
      ['mp4a.40.2-6', 'v540/media.m3u8'],
    ]);
  });

  test('a film starts with stereo, though 5.1 may bring a variant nearer to 2 Mb/s', () => {
    const surround = audioRendition({ id: 'a1-surround', channels: 6, bitrateBps: 320_000 });
    const rung = videoRendition({ maxrateBps: 1_600_000, bufsizeBits: 1_600_000 });
    const renditions = [rung, audioRendition(), surround];
    expect(planMultivariant({ ...plan, renditions }).variants[0]?.audioGroupId).toBe('mp4a.40.2-2');
    expect(startRenditions({ ...plan, renditions }).map(({ id }) => id)).toEqual(['v540', 'a1']);
  });

  test('sound alone that has 5.1 is offered as both', () => {
    const surround = audioRendition({ id: 'a1-surround', channels: 6, bitrateBps: 320_000 });
    const { variants } = planMultivariant({ ...plan, renditions: [audioRendition(), surround] });
    expect(variants.map(({ audioGroupId, uri }) => [audioGroupId, uri])).toEqual([
      ['mp4a.40.2-2', 'a1/media.m3u8'],
      ['mp4a.40.2-6', 'a1-surround/media.m3u8'],
    ]);
  });
});

test('an estimate is the cap over one segment with a full buffer, and the boxes around the samples', () => {
  const boxes = 8 * (128 / 4 + 16 * 25);
  expect(estimateBandwidth(videoRendition(), 4)).toEqual({ peakBps: 2_750_000 + boxes, averageBps: 2_000_000 + boxes });
});
