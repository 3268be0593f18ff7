import { expect, test } from 'vitest';
import type { SourceInfo } from '../../../../pipeline/model/source-info.ts';
import { reportText } from '../../../../pipeline/model/text/report-text.ts';

const subtitle = (index: number, codec: string) => ({ index, kind: 'subtitle' as const, codec });
const info = { others: [subtitle(2, 'subrip'), subtitle(3, 'mov_text'), subtitle(4, 'hdmv_pgs_subtitle')] } as unknown as SourceInfo;
/** As an earlier version wrote it. */
const line = (streamIndex: number) => ({
  streamIndex,
  kind: 'subtitle',
  codec: 'x',
  outcome: 'not-carried' as const,
  reason: 'Not carried yet.',
});

test('what became of subtitles since the probe is in the report: files that came, streams that could not be read', () => {
  const track = { id: 'sx1', language: 'ko', isDefault: false, isForced: false, isHearingImpaired: false };
  const files = [{ ...track, fileName: 'film.ko.srt', encoding: 'cp949' }];
  const failures = [{ streamIndex: 3, reason: 'Nothing of it could be read.' }];
  expect(reportText([line(2), line(3), line(4)], info, { version: 1, files, failures })).toMatchObject([
    { streamIndex: 2, outcome: 'converted', reason: 'Offered as WebVTT subtitles.' },
    { streamIndex: 3, outcome: 'not-carried', reason: 'Nothing of it could be read.' },
    { streamIndex: 4, outcome: 'not-carried', reason: 'Not carried yet.' },
    { streamIndex: -1, outcome: 'converted', codec: 'cp949', reason: expect.stringContaining('film.ko.srt') },
  ]);
});
