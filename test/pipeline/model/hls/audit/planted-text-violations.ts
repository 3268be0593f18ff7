import { goodResponse } from '../../../verify/memory-source.ts';
import { samplePlan } from '../sample-plan.ts';
import type { PlantedViolation } from './planted-violations.ts';
import { editText, encode, type Files, type SyntheticText, syntheticTitle } from './synthetic-title.ts';

/** Two subtitle tracks with a cue that spans a boundary, and captions. */
export const GOOD_TEXT: SyntheticText = {
  captionChannels: ['CC1'],
  tracks: [
    { id: 's3', language: 'ko', isDefault: false, isForced: false, isHearingImpaired: true },
    { id: 's4', language: 'en', isDefault: true, isForced: true, isHearingImpaired: false },
  ],
  cues: [
    { startMs: 500, endMs: 2500, text: '안녕' },
    { startMs: 3000, endMs: 9000, text: '<i>long</i>' },
    { startMs: 10_000, endMs: 99_000, text: 'past the end' },
  ],
};

function changed(change: (files: Files) => void): () => Files {
  return () => {
    const files = syntheticTitle({ text: GOOD_TEXT });
    change(files);
    return files;
  };
}

function edited(path: string, from: string | RegExp, to: string): () => Files {
  return changed((files) => editText(files, path, (text) => text.replace(from, to)));
}

export const PLANTED_IN_TEXT: PlantedViolation[] = [
  { rules: ['A5.3'], what: 'a subtitle segment in another format', files: edited('s3/1.vtt', /^WEBVTT/, 'SUBTITLES') },
  { rules: ['A5.2'], what: 'a subtitle segment without a map to the media', files: edited('s3/1.vtt', /X-TIMESTAMP-MAP.*\n/, '') },
  { rules: ['A5.2'], what: 'a subtitle segment with a map to another time', files: edited('s3/1.vtt', 'MPEGTS:0', 'MPEGTS:900000') },
  {
    rules: ['A5.5'],
    what: 'a subtitle playlist that ends early',
    files: edited('s3/media.m3u8', /#EXTINF:[^\n]*\n\d+\.vtt\n#EXT-X-ENDLIST/, '#EXT-X-ENDLIST'),
  },
  {
    rules: ['R3.1.4'],
    what: 'a cue that is over before its segment',
    files: edited('s3/2.vtt', '00:00:00.500 --> 00:00:02.500', '00:00:00.500 --> 00:00:01.900'),
  },
  { rules: ['R3.1.4'], what: 'a cue of a later segment', files: edited('s3/0.vtt', '00:00:00.500', '00:00:01.100') },
  { rules: ['P1'], what: 'a subtitle segment that is missing', files: changed((files) => files.delete('s3/1.vtt')) },
  { rules: ['R4.4.3.4'], what: 'a subtitle playlist without an end', files: edited('s3/media.m3u8', '#EXT-X-ENDLIST\n', '') },
  {
    rules: ['R4.4.6'],
    what: 'a subtitle group that does not exist',
    files: edited('multivariant.m3u8', 'SUBTITLES="subtitles"', 'SUBTITLES="none"'),
  },
  { rules: ['R4.4.6'], what: 'captions without a channel', files: edited('multivariant.m3u8', ',INSTREAM-ID="CC1"', '') },
  {
    rules: ['R4.4.6'],
    what: 'a caption group that does not exist',
    files: edited('multivariant.m3u8', 'CLOSED-CAPTIONS="captions"', 'CLOSED-CAPTIONS="none"'),
  },
  {
    rules: ['A10.4'],
    what: 'subtitles of no particular type',
    files: changed(() => {}),
    respond: (path) => ({ ...goodResponse(path), ...(path.endsWith('.vtt') ? { contentType: 'application/octet-stream' } : {}) }),
  },
  {
    rules: ['R4.4.6.1'],
    what: 'two subtitles of one name',
    files: edited('multivariant.m3u8', 'NAME="한국어 (SDH)"', 'NAME="English (forced)"'),
  },
  {
    rules: ['R4.4.3.1'],
    what: 'a subtitle segment that is longer than the target duration',
    files: changed((files) => {
      const { timeline } = samplePlan();
      const text = new TextDecoder().decode(files.get('s3/media.m3u8'));
      const target = `#EXT-X-TARGETDURATION:${timeline.targetDurationSeconds}`;
      files.set('s3/media.m3u8', encode(text.replace(target, '#EXT-X-TARGETDURATION:2')));
    }),
  },
];
