import { expect, test } from 'vitest';
import { type CorpusFile, groupFiles, isText, parseIndex } from './media-files.ts';

const file = (name: string, sizeBytes: number): CorpusFile => ({ name, path: `/${name}`, kind: '', sizeBytes });

test('kinds are read by name, whichever way its accents are written', () => {
  const kinds = parseIndex('name\tkind\tcontainer\nfilm.mkv\thdr\tmatroska\nétude.mp3\tmp3\t\n\n');
  expect([...kinds]).toEqual([
    ['film.mkv', 'hdr'],
    ['étude.mp3'.normalize('NFC'), 'mp3'],
  ]);
});

test('files that would be one title, or two of one name, are not dropped together', () => {
  const files = [file('a.mp4', 1), file('b.mp4', 1), file('a.mkv', 2), file('c.mp4', 3), file('d.mp4', 4)];
  expect(groupFiles(files, 2).map((group) => group.map(({ name }) => name))).toEqual([['a.mp4', 'c.mp4'], ['b.mp4', 'a.mkv'], ['d.mp4']]);
});

test('subtitles are told by their extension', () => {
  expect(['a.srt', 'b.VTT', 'c.smi', 'd.mp4', 'srt'].map(isText)).toEqual([true, true, true, false, false]);
});
