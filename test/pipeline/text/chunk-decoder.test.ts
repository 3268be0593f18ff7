import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { createChunkDecoder } from '../../../pipeline/text/chunk-decoder.ts';
import { decodeText } from '../../../pipeline/text/decode-text.ts';
import { createEncodingDetector } from '../../../pipeline/text/detect-encoding.ts';
import { corpusFile, hasCorpus } from '../../corpus.ts';

const KOREAN = '[00:12.00] 동해물과 백두산이 마르고 닳도록\r\n하느님이 보우하사, 우리나라 만세!\n똠방각하 펲시콜라 쀍\n'.repeat(3);
const WITH_PAIRS = `${KOREAN}🎬 영화 𠮷野家 끝\n`;

/** Every way that Korean texts are kept in, but Johab, which iconv-lite does not know. */
const KEPT: readonly [name: string, bytes: Uint8Array, text: string][] = [
  ['UTF-8', iconv.encode(WITH_PAIRS, 'utf-8'), WITH_PAIRS],
  ['UTF-8 with its mark', iconv.encode(WITH_PAIRS, 'utf-8', { addBOM: true }), WITH_PAIRS],
  ['UTF-16LE', iconv.encode(WITH_PAIRS, 'utf-16le', { addBOM: true }), WITH_PAIRS],
  ['UTF-16LE without its mark', iconv.encode(WITH_PAIRS, 'utf-16le'), WITH_PAIRS],
  ['UTF-16BE', iconv.encode(WITH_PAIRS, 'utf-16be', { addBOM: true }), WITH_PAIRS],
  ['UTF-16BE without its mark', iconv.encode(WITH_PAIRS, 'utf-16be'), WITH_PAIRS],
  ['CP949', iconv.encode(KOREAN, 'cp949'), KOREAN],
  ['EUC-KR', iconv.encode(KOREAN.replace(/똠|펲|쀍/g, '한'), 'euc-kr'), KOREAN.replace(/똠|펲|쀍/g, '한')],
];

function divide(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

/** What arrives: each chunk's text is made UTF-8 by itself. */
function send(chunks: readonly Uint8Array[]): string {
  const detector = createEncodingDetector();
  for (const chunk of chunks) detector.push(chunk);
  const decoder = createChunkDecoder(detector.encoding());
  const sent = [...chunks.map((chunk) => Buffer.from(decoder.write(chunk), 'utf8')), Buffer.from(decoder.end(), 'utf8')];
  for (const bytes of sent) new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return Buffer.concat(sent).toString('utf8');
}

describe.each(KEPT)('Korean in %s', (_name, bytes, text) => {
  test('arrives as right UTF-8 wherever it is divided', () => {
    fc.assert(fc.property(fc.array(fc.nat(), { maxLength: 60 }), (places) => send(divide(bytes, places)) === text));
  });

  test('arrives as right UTF-8 at every chunk size', () => {
    for (let size = 1; size <= 33; size += 1) {
      const places = Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => (index + 1) * size);
      expect(send(divide(bytes, places))).toBe(text);
    }
  });
});

test
  .skipIf(!hasCorpus)
  .each([...['sub_korean_utf8.srt', 'sub_korean_utf8bom_crlf.srt', 'sub_korean_cp949.srt', 'sub_korean_euckr.srt', 'sub_korean.vtt']])(
  '%s arrives as it is read whole, at any division',
  (name) => {
    const bytes = readFileSync(corpusFile(name));
    const { text } = decodeText(bytes);
    expect(text).toMatch(/[가-힣]/);
    expect(text).not.toContain('\ufffd');
    fc.assert(fc.property(fc.array(fc.nat(), { maxLength: 40 }), (places) => send(divide(bytes, places)) === text));
  },
);

test('a character that is cut short at the end is one replacement character', () => {
  const decoder = createChunkDecoder('utf-16be');
  expect(decoder.write(Buffer.from([0xd8, 0x3c])) + decoder.end()).toBe('\ud83c');
  const other = createChunkDecoder('utf-8');
  expect(other.write(Buffer.from('가').subarray(0, 2)) + other.end()).toBe('\ufffd');
});
