import { expect, test } from 'vitest';
import { readSubtitles } from '../../../pipeline/text/read-subtitles.ts';
import { readSubtitlesApart } from '../../../pipeline/text/read-subtitles-apart.ts';

const time = (seconds: number) => new Date(seconds * 1000).toISOString().slice(11, 23).replace('.', ',');

function srt(cues: number): Uint8Array {
  const blocks = Array.from(
    { length: cues },
    (_, n) => `${n + 1}\n${time(n)} --> ${time(n + 1)}\n<i>Line ${n}</i> of a very long film, été\n`,
  );
  return new TextEncoder().encode(blocks.join('\n'));
}

test('what is large is read as what is small, while others are served', async () => {
  const job = { bytes: srt(40_000), language: 'fr', shiftMs: -500, from: { fileName: 'film.srt' } };
  let turns = 0;
  const ticking = setInterval(() => {
    turns += 1;
  }, 1);
  const read = await readSubtitlesApart(job).finally(() => clearInterval(ticking));
  // Read in this thread, nothing else would have had its turn.
  expect(turns).toBeGreaterThan(20);
  const here = readSubtitles(job);
  expect(read.encoding).toBe('utf-8');
  expect(read.tracks.map(({ digest, language }) => ({ digest, language }))).toEqual(
    here.tracks.map(({ digest, language }) => ({ digest, language })),
  );
  expect(Buffer.compare(read.tracks[0]!.vtt, here.tracks[0]!.vtt)).toBe(0);
});

test('a file has a track for each language, and a stream is one', async () => {
  const bytes = new TextEncoder().encode(
    '<SAMI><BODY><SYNC Start=0><P Class=KRCC>안녕<P Class=ENCC>Hello<SYNC Start=900><P Class=KRCC>&nbsp;<P Class=ENCC>&nbsp;</BODY></SAMI>',
  );
  const file = await readSubtitlesApart({ bytes, shiftMs: 0, from: { fileName: 'film.smi' } });
  expect(file.tracks.map(({ language }) => language)).toEqual(['ko', 'en']);
  expect((await readSubtitlesApart({ bytes, shiftMs: 0, from: { codec: 'subrip' } })).tracks).toHaveLength(1);
  expect((await readSubtitlesApart({ bytes, shiftMs: -900, from: { codec: 'subrip' } })).tracks).toEqual([]);
});
