import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSubtitleDocuments } from '../../pipeline/text/subtitle-documents.ts';
import { createSubtitleTexts } from '../../pipeline/text/subtitle-texts.ts';
import { readSubtitleDocument } from '../../pipeline/text/title-text.ts';
import { corpusFile, hasCorpus } from '../corpus.ts';
import { makeClip } from './make-clip.ts';
import { findTools, newHome, type OpenHome, openHome, silentLog } from './title-home.ts';

const NEVER = new AbortController().signal;

async function openTexts({ home, store, bus }: OpenHome) {
  return createSubtitleTexts({
    mediaDir: home,
    store,
    documents: createSubtitleDocuments(store),
    bus,
    tools: await findTools(),
    log: silentLog,
  });
}

async function prepared(clip: string) {
  const home = await newHome();
  const open = await openHome(home, { isBackgroundOff: true });
  await open.addTitle(clip, 'film');
  await open.preparer.prepare('film');
  return { ...open, texts: await openTexts(open) };
}

describe.skipIf(!hasCorpus)('the text streams of a source', () => {
  test('of Matroska are its subtitles, overlapping ones as they are, in title time', async () => {
    const { texts, store } = await prepared(corpusFile('mkv_srt_overlapping.mkv'));
    // Its first frame is at 67 ms.
    expect(await texts.readCues('film', 's2', NEVER)).toEqual([
      { startMs: 33, endMs: 263, text: 'First subtitle - end overlaps second' },
      { startMs: 83, endMs: 483, text: 'Third subtitle - fully encompasses second' },
      { startMs: 133, endMs: 383, text: 'Second subtitle - beginning overlaps first' },
    ]);
    expect(await store.readAsset('film', 'subtitle-s2.vtt')).toBeDefined();
  });

  test.each(['mkv_ass.mkv', 'ax_sample_with_ssa_subtitles.mkv'])(
    '%s holds ASS, whose columns are not those that its header states',
    async (name) => {
      const { texts } = await prepared(corpusFile(name));
      expect((await texts.readCues('film', 's2', NEVER))?.[0]).toMatchObject({ text: '<b>This is the first subtitle.</b>' });
    },
  );

  test('of MP4 are all got in one go', async () => {
    const { texts, store } = await prepared(corpusFile('mp4_2video_2audio_2subs_nasa.mp4'));
    expect((await texts.readCues('film', 's2', NEVER))?.slice(0, 3)).toMatchObject([
      { startMs: 210, endMs: 4260 },
      { startMs: 4260, endMs: 8350 },
      { startMs: 8350, text: 'at NASA’s Goddard Space Flight Center in Greenbelt, Maryland.' },
    ]);
    expect(await store.readAsset('film', 'subtitle-s5.vtt')).toBeDefined();
  });

  test('that are pictures are none', async () => {
    const { texts, store } = await prepared(corpusFile('mkv_pgs.mkv'));
    expect(await texts.readCues('film', 's2', NEVER)).toBeUndefined();
    expect((await store.readTitle('film'))?.report.find(({ streamIndex }) => streamIndex === 2)).toMatchObject({ outcome: 'not-carried' });
  });
});

async function makeTwoTracks(home: string): Promise<string> {
  const [srt, clip] = [join(home, 'k.srt'), join(home, 'clip.mkv')];
  await writeFile(srt, '1\n00:00:00,500 --> 00:00:01,000\nHello\n');
  const maps = ['-map', '0', '-map', '1', '-map', '1', '-c:v', 'libx264', '-c:s', 'copy'];
  await makeClip('-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=10:duration=1', '-i', srt, ...maps, clip);
  return clip;
}

test('the text of a title is got once its first chunk is done, before anybody asks', async () => {
  const { bus, store, waitFor } = await prepared(await makeTwoTracks(await newHome()));
  // Said again, should it have been done before it was listened for.
  const done = await waitFor((event) => event.type === 'chunk' && event.state === 'done');
  bus.publish(done);
  await expect.poll(() => store.readAsset('film', 'subtitle-s2.vtt'), { timeout: 60_000 }).toBeDefined();
});

describe('text streams that cannot be read', () => {
  test('do not take the others with them, and are in the report', async () => {
    const { texts, store } = await prepared(await makeTwoTracks(await newHome()));
    const title = (await store.readTitle('film'))!;
    const { others } = title.sourceInfo!;
    // A stream that the source does not have makes a run for all of them fail.
    const broken = { index: 9, kind: 'subtitle' as const, codec: 'subrip' };
    await store.writeTitle({ ...title, sourceInfo: { ...title.sourceInfo!, others: [...others, broken] } });
    expect(await texts.readCues('film', 's1', NEVER)).toMatchObject([{ text: 'Hello' }]);
    expect(await texts.readCues('film', 's2', NEVER)).toMatchObject([{ text: 'Hello' }]);
    expect(await texts.readCues('film', 's9', NEVER)).toEqual([]);
    expect((await readSubtitleDocument(store, 'film')).failures).toEqual([{ streamIndex: 9, reason: expect.any(String) }]);
  });

  test('because the original is away are tried again when it is back', async () => {
    const { texts, store, home } = await prepared(await makeTwoTracks(await newHome()));
    const original = join(home, (await store.readTitle('film'))!.source.path);
    await rename(original, `${original}.away`);
    await expect(texts.readCues('film', 's1', NEVER)).rejects.toMatchObject({ code: 'source_missing', retryable: true });
    await rename(`${original}.away`, original);
    expect(await texts.readCues('film', 's1', NEVER)).toMatchObject([{ text: 'Hello' }]);
  });
});

describe('subtitles in another encoding than Matroska allows', () => {
  test('are read as they are meant, and whoever does not want to wait is told to come again', async () => {
    const folder = await newHome();
    const srt = join(folder, 'k.srt');
    await writeFile(srt, '1\n00:00:00,500 --> 00:00:01,000\n<i>Hello</i> & <script>x</script>\n');
    const clip = join(folder, 'clip.mkv');
    await makeClip('-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=10:duration=1', '-i', srt, '-c:v', 'libx264', '-c:s', 'copy', clip);
    const { texts } = await prepared(clip);
    const gone = new AbortController();
    gone.abort();
    await expect(texts.readCues('film', 's1', gone.signal)).rejects.toMatchObject({ code: 'segment_not_ready', retryable: true });
    expect(await texts.readCues('film', 's1', NEVER)).toEqual([{ startMs: 500, endMs: 1000, text: '<i>Hello</i> &amp;' }]);
    await texts.close();
  });
});
