import { describe, expect, test } from 'vitest';
import { parseMultivariantPlaylist } from '../../../../pipeline/model/hls/parse-playlist.ts';
import { renderMultivariant } from '../../../../pipeline/model/hls/render-multivariant.ts';
import { findTextTrack, textRenditions } from '../../../../pipeline/model/hls/text-renditions.ts';
import { streamTracks, type TextTrack } from '../../../../pipeline/model/text/text-tracks.ts';
import { samplePlan } from './sample-plan.ts';

function track(changes: Partial<TextTrack> = {}): TextTrack {
  return { id: 's2', language: 'ko', isDefault: false, isForced: false, isHearingImpaired: false, ...changes };
}

describe('the multivariant playlist', () => {
  const text = {
    tracks: [track(), track({ id: 's3', language: 'en', isForced: true, isDefault: true, title: 'Signs "only"' })],
    captionChannels: [],
  };

  test('lists subtitles in a group that every variant names', () => {
    const rendered = renderMultivariant(samplePlan(), undefined, text);
    expect(rendered).toContain(
      `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="Signs 'only'",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,FORCED=YES,URI="s3/media.m3u8"`,
    );
    expect(rendered).toContain(
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="한국어",LANGUAGE="ko",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="s2/media.m3u8"',
    );
    const { variants } = parseMultivariantPlaylist(rendered);
    expect(variants.map(({ subtitleGroupId }) => subtitleGroupId)).toEqual(['subtitles', 'subtitles']);
    expect(variants.every(({ closedCaptions }) => closedCaptions === 'none')).toBe(true);
  });

  test('declares the closed captions that the picture holds, and else that there are none', () => {
    const rendered = renderMultivariant(samplePlan(), undefined, { tracks: [], captionChannels: ['CC2', 'CC3'] });
    const { variants, renditions } = parseMultivariantPlaylist(rendered);
    expect(variants.map(({ closedCaptions }) => closedCaptions)).toEqual([{ groupId: 'captions' }, { groupId: 'captions' }]);
    expect(renditions.filter(({ type }) => type === 'CLOSED-CAPTIONS')).toMatchObject([
      { groupId: 'captions', name: 'CC2', instreamId: 'CC2', autoselect: true },
      { groupId: 'captions', name: 'CC3', instreamId: 'CC3', autoselect: false },
    ]);
    expect(renderMultivariant(samplePlan())).not.toContain('SUBTITLES');
  });

  test('says that subtitles stand in for the sound, where they do', () => {
    expect(textRenditions({ tracks: [track({ isHearingImpaired: true })], captionChannels: [] }, 0)).toMatchObject([
      { name: '한국어 (SDH)', characteristics: expect.arrayContaining(['public.accessibility.transcribes-spoken-dialog']) },
    ]);
  });

  test('gives each a name of its own, one the default, and selects one of a kind by itself', () => {
    const tracks = [track(), track({ id: 's3', isDefault: true }), track({ id: 's4', isDefault: true, language: 'de' })];
    const renditions = textRenditions({ tracks, captionChannels: [] }, 0);
    expect(renditions.map(({ name, isDefault, autoselect }) => [name, isDefault, autoselect])).toEqual([
      ['한국어', true, true],
      ['한국어 2', false, false],
      ['Deutsch', false, true],
    ]);
  });

  test('names subtitles anew with a new revision of the plan, whose segments are others', () => {
    const revised = samplePlan({ revision: 2 });
    expect(renderMultivariant(revised, undefined, text)).toContain('URI="s2-r2/media.m3u8"');
    expect(findTextTrack(text, revised, 's2-r2')?.id).toBe('s2');
    expect(findTextTrack(text, revised, 's2')).toBeUndefined();
  });
});

describe('the tracks of a source', () => {
  const subtitle = (index: number, codec: string, isDefault = false) => ({
    index,
    kind: 'subtitle' as const,
    codec,
    ...(isDefault ? { isDefault } : {}),
  });

  test('are its text streams, not its pictures of text', () => {
    const others = [
      subtitle(2, 'subrip'),
      subtitle(3, 'hdmv_pgs_subtitle'),
      subtitle(4, 'mov_text'),
      { index: 5, kind: 'data' as const, codec: 'bin' },
    ];
    expect(streamTracks({ others }).map(({ id }) => id)).toEqual(['s2', 's4']);
  });

  test('have a default only where the flag sets one apart', () => {
    expect(streamTracks({ others: [subtitle(2, 'subrip', true)] })[0]?.isDefault).toBe(false);
    expect(streamTracks({ others: [subtitle(2, 'ass', true), subtitle(3, 'ass')] }).map(({ isDefault }) => isDefault)).toEqual([
      true,
      false,
    ]);
  });

  test('are no more than any film has, however many streams there are', () => {
    const others = Array.from({ length: 5000 }, (_, index) => subtitle(index, 'subrip'));
    expect(streamTracks({ others })).toHaveLength(100);
  });
});
