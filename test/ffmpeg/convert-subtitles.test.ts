import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { convertFile } from '../../pipeline/convert-file.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import { runVerify } from '../../pipeline/verify/verify.ts';
import { makeClip } from './make-clip.ts';
import { findTools, silentLog as log, newHome, SMALL_PLAN } from './title-home.ts';

test('a static folder has the subtitles within the film and those beside it, and keeps every rule', async () => {
  const home = await newHome();
  const [input, srt, outDir] = [join(home, 'film.mkv'), join(home, 'within.srt'), join(home, 'out')];
  await writeFile(srt, '1\n00:00:00,500 --> 00:00:02,500\nWithin\n');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=10:duration=3'];
  await makeClip(...picture, '-i', srt, '-c:v', 'libx264', '-g', '10', '-c:s', 'copy', '-metadata:s:s:0', 'language=ger', input);
  await writeFile(join(home, 'film.ko.srt'), iconv.encode('1\n00:00:01,500 --> 00:00:01,900\n옆에\n', 'cp949'));
  await writeFile(join(home, 'film.fr.srt'), 'no subtitles at all');
  await writeFile(join(home, 'other.ko.srt'), '1\n00:00:01,500 --> 00:00:01,900\nOf another film\n');

  const openStore = (root: string) => createFsSegmentStore({ root });
  await convertFile({ input, outDir, openStore, tools: await findTools(), plan: SMALL_PLAN, log });

  const multivariant = await readFile(join(outDir, 'multivariant.m3u8'), 'utf8');
  expect([...multivariant.matchAll(/TYPE=SUBTITLES.*?LANGUAGE="(.*?)"/g)].map(([, language]) => language)).toEqual(['ko', 'de']);
  expect((await readdir(join(outDir, 's1'))).sort()).toEqual(['0.vtt', '1.vtt', '2.vtt', 'media.m3u8']);
  expect(await readFile(join(outDir, 's1', '2.vtt'), 'utf8')).toContain('Within');
  const besideId = /URI="(sx\w+)\//.exec(multivariant)?.[1] ?? '';
  expect(await readFile(join(outDir, besideId, '0.vtt'), 'utf8')).not.toContain('옆에');
  expect(await readFile(join(outDir, besideId, '1.vtt'), 'utf8')).toContain('옆에');
  const { violations } = await runVerify({ target: outDir, log });
  expect(violations.filter(({ severity }) => severity === 'must')).toEqual([]);
});
