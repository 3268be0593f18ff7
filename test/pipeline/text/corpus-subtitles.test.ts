import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parseSubtitles } from '../../../pipeline/model/text/parse-subtitles.ts';
import { decodeText } from '../../../pipeline/text/decode-text.ts';
import { corpusFile, hasCorpus } from '../../corpus.ts';

async function readCues(name: string) {
  const { text, encoding } = decodeText(await readFile(corpusFile(name)));
  return { encoding, cues: parseSubtitles(text).flatMap(({ cues }) => cues) };
}

describe.skipIf(!hasCorpus)('subtitles of the corpus', () => {
  test.each([
    ['sub_korean_utf8.srt', 'utf-8', '<i>기울임</i>과 두 줄\n둘째 줄 똠방각하 펲시', '겹치는 자막 — “따옴표”'],
    ['sub_korean_utf8bom_crlf.srt', 'utf-8', '<i>기울임</i>과 두 줄\n둘째 줄 똠방각하 펲시', '겹치는 자막 — “따옴표”'],
    ['sub_korean_cp949.srt', 'cp949', '<i>기울임</i>과 두 줄\n둘째 줄 똠방각하 펲시', '겹치는 자막 - “따옴표”'],
    ['sub_korean_euckr.srt', 'cp949', '<i>기울임</i>과 두 줄\n둘째 줄 한글', '겹치는 자막 - “따옴표”'],
    ['sub_korean.vtt', 'utf-8', '<i>기울임</i>과 두 줄\n둘째 줄 똠방각하 펲시', '겹치는 자막 — “따옴표”'],
  ])('%s is %s, and all of it arrives', async (name, encoding, second, third) => {
    expect(await readCues(name)).toEqual({
      encoding,
      cues: [
        { startMs: 500, endMs: 2000, text: '안녕하세요. 자막 시험입니다.' },
        { startMs: 2000, endMs: 4500, text: second },
        { startMs: 4000, endMs: 6000, text: third },
      ],
    });
  });

  test('sub_korean.ass loses its tags', async () => {
    expect(await readCues('sub_korean.ass')).toEqual({
      encoding: 'utf-8',
      cues: [{ startMs: 500, endMs: 3000, text: '안녕하세요\n둘째 줄' }],
    });
  });

  test('sub_test.srt, sub_test.ass and sub_unicode.srt', async () => {
    const times = [
      { startMs: 1000, endMs: 4000, text: 'Hello, World!' },
      { startMs: 5000, endMs: 8000 },
      { startMs: 10000, endMs: 13000 },
    ];
    expect((await readCues('sub_test.srt')).cues).toMatchObject(times);
    expect((await readCues('sub_test.ass')).cues).toMatchObject(times);
    expect((await readCues('sub_unicode.srt')).cues).toEqual([{ startMs: 0, endMs: 5000, text: 'ÁÉíöÙ' }]);
  });
});
