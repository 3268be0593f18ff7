import { expect, test } from 'vitest';
import { extractionCommand } from '../../../pipeline/ffmpeg/extract-subtitles.ts';

test('one run reads the one local file and writes every text stream by itself, bounded', () => {
  const streams = [
    { index: 2, codec: 'subrip' },
    { index: 3, codec: 'mov_text' },
    { index: 5, codec: 'ass' },
  ];
  const { inputs, filters, outputs } = extractionCommand('/films/-a: b.mkv', streams, '/tmp/job');
  expect(inputs).toHaveLength(1);
  expect(inputs[0]?.url).toBe('file:/films/-a: b.mkv');
  expect(inputs[0]?.options.join(' ')).toMatch(/^-protocol_whitelist file -format_whitelist \S+ -max_pixels \d+ -vn -an -dn$/);
  expect(filters).toEqual([]);
  expect(outputs.map(({ url, options }) => `${url} ${options.join(' ')}`)).toEqual([
    '/tmp/job/2.txt -map 0:2 -c:s copy -fs 4194304 -map_metadata -1 -map_chapters -1 -avoid_negative_ts disabled -f srt',
    '/tmp/job/3.txt -map 0:3 -c:s srt -fs 4194304 -map_metadata -1 -map_chapters -1 -avoid_negative_ts disabled -f srt',
    '/tmp/job/5.txt -map 0:5 -c:s copy -fs 4194304 -map_metadata -1 -map_chapters -1 -avoid_negative_ts disabled -f ass',
  ]);
});

test('a hundred streams share what the disk gives to all', () => {
  const streams = Array.from({ length: 100 }, (_, index) => ({ index, codec: 'subrip' }));
  const sizes = extractionCommand('/film.mkv', streams, '/tmp/job').outputs.map(({ options }) =>
    Number(options[options.indexOf('-fs') + 1]),
  );
  expect(new Set(sizes)).toEqual(new Set([1024 * 1024]));
});
