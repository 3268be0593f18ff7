import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { basename, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { INPUT_LIMITS } from '../../pipeline/ffmpeg/ffprobe-command.ts';
import { probeSource } from '../../pipeline/ffmpeg/probe.ts';
import { readFfmpegLines } from '../../pipeline/ffmpeg/run-ffprobe.ts';
import { temporaryFolder } from '../conformance/fixtures.ts';
import { CORPUS } from '../corpus.ts';
import { makeClip } from './make-clip.ts';
import { findTools, silentLog as log } from './title-home.ts';
import { canTrace, readTrace, tracer } from './traced.ts';

/** Files that name other files or hosts. `$FOLDER` and `$URL` are the test's own; `secret.txt` and `film.mp4` lie in the folder. */
const LURES: Record<string, string> = {
  'playlist.mp4': '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile://$FOLDER/film.mp4\n#EXTINF:4,\n$URL/a.ts\n#EXT-X-ENDLIST\n',
  'subfile.ts': '#EXTM3U\n#EXTINF:4,\nsubfile,,start,0,end,64,,:$FOLDER/secret.txt\n#EXT-X-ENDLIST\n',
  'key.m3u8': '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="$URL/key"\n#EXTINF:4,\ncrypto+file://$FOLDER/film.mp4\n#EXT-X-ENDLIST\n',
  'concat.mp4': 'ffconcat version 1.0\nfile $FOLDER/film.mp4\nfile $URL/b.mp4\n',
  'session.mp4': 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n',
  'manifest.mp4':
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>$URL/c.mp4</BaseURL><SegmentBase/></Representation></AdaptationSet></Period></MPD>',
  'image.svg':
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="file://$FOLDER/secret.txt"/><image xlink:href="$URL/d.png"/></svg>',
  'pattern-%d.jpg': 'not a picture',
  'redirect.asx': '<asx version="3.0"><entry><ref href="$URL/e.wmv"/></entry></asx>',
  'redirect.mp4': 'RTSPtext\r\nrtsp://127.0.0.1/f\r\n',
};

/** A server that must not be spoken to. Answers its URL, and who has called. */
async function listen(): Promise<{ url: string; callers: Socket[] }> {
  const callers: Socket[] = [];
  const server = createServer().on('connection', (socket) => callers.push(socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, callers };
}

/** What probing a file, and decoding it although the probe refuses it, ask of the system. */
async function traceFile(path: string) {
  const tracePath = join(temporaryFolder(), 'trace');
  const found = await findTools();
  const traced = [];
  for (const use of [
    (tools: typeof found) => probeSource(path, { tools, log }),
    (tools: typeof found) => readFfmpegLines([...INPUT_LIMITS, '-i', `file:${path}`, '-f', 'null', '-'], { tools, log }, () => {}),
  ]) {
    const lifeline = [...tracer(tracePath), ...(found.lifeline ?? [])];
    const outcome = await use({ ...found, lifeline }).then(
      (answer) => answer,
      (error: { code?: string }) => error.code,
    );
    traced.push({ outcome, ...(await readTrace(tracePath)) });
  }
  return { probed: traced[0]!, decoded: traced[1]! };
}

describe.skipIf(!canTrace)('a file that names other files or hosts', () => {
  test.each(Object.keys(LURES))('%s: is refused, opens nothing but itself and speaks to nobody', async (name) => {
    const folder = temporaryFolder();
    const { url, callers } = await listen();
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await makeClip('-f', 'lavfi', '-i', 'color=size=16x16:duration=0.2', join(folder, 'film.mp4'));
    const path = join(folder, name);
    await writeFile(path, LURES[name]!.replaceAll('$FOLDER', folder).replaceAll('$URL', url));
    const { probed, decoded } = await traceFile(path);
    expect(probed.outcome).toMatch(/^source_/);
    for (const { networkCalls, openedPaths } of [probed, decoded]) {
      expect(networkCalls).toEqual([]);
      expect(openedPaths.filter((each) => each !== path)).toEqual([]);
    }
    expect(callers).toEqual([]);
  });

  test('the trace sees a call when there is one', async () => {
    const tracePath = join(temporaryFolder(), 'trace');
    const tools = { ...(await findTools()), lifeline: tracer(tracePath) };
    await readFfmpegLines(['-i', `${(await listen()).url}/film.mp4`], { tools, log }, () => {});
    expect((await readTrace(tracePath)).networkCalls.join()).toContain('connect(');
  });

  const malicious = existsSync(join(CORPUS, 'INDEX.tsv'))
    ? readFileSync(join(CORPUS, 'INDEX.tsv'), 'utf8')
        .split('\n')
        .map((line) => line.split('\t'))
        .filter(([, kind]) => kind === 'malicious')
        .map(([name]) => name!)
    : [];
  test.skipIf(malicious.length === 0)('of the corpus: is refused, opens nothing but itself and speaks to nobody', async () => {
    expect(malicious.length).toBeGreaterThan(5);
    for (const name of malicious) {
      const path = join(CORPUS, name);
      const { probed, decoded } = await traceFile(path);
      expect(probed.outcome).toMatch(/^source_/);
      const opened = [...probed.openedPaths, ...decoded.openedPaths];
      expect([...probed.networkCalls, ...decoded.networkCalls]).toEqual([]);
      expect(opened.map((each) => basename(each.replaceAll('\\"', '"')))).toEqual(opened.map(() => name));
    }
  });
});

describe('limits', () => {
  test('a small file with a picture of 12000×6000 is refused with its size, before it takes any memory', async () => {
    const path = join(temporaryFolder(), 'bomb.webm');
    await makeClip('-f', 'lavfi', '-i', 'color=size=12000x6000:rate=1:duration=1', '-c:v', 'libvpx', '-deadline', 'realtime', path);
    const probed = probeSource(path, { tools: await findTools(), log });
    await expect(probed).rejects.toMatchObject({ code: 'source_unsupported', message: expect.stringContaining('12000×6000') });
  });

  test('a file with a hundred sounds is refused with their number', async () => {
    const path = join(temporaryFolder(), 'choir.mov');
    const sounds = Array.from({ length: 100 }, () => ['-map', '0:a']).flat();
    await makeClip('-f', 'lavfi', '-i', 'anullsrc=r=8000:d=0.1', ...sounds, '-c:a', 'pcm_s16le', path);
    const probed = probeSource(path, { tools: await findTools(), log });
    await expect(probed).rejects.toMatchObject({ code: 'source_unsupported', message: expect.stringContaining('100') });
  });

  test('a kilobyte that claims ten years is refused before they are planned', async () => {
    const path = join(temporaryFolder(), 'ages.mp4');
    await makeClip('-f', 'lavfi', '-i', 'color=size=16x16:rate=1:duration=4', '-bf', '0', '-use_editlist', '0', path);
    const bytes = await readFile(path);
    // ISO/IEC 14496-12 8.4.2 and 8.6.1.2: the timescale, and how long the first samples last.
    bytes.writeUInt32BE(1, bytes.indexOf('mdhd') + 16);
    bytes.writeUInt32BE(86_400 * 912, bytes.indexOf('stts') + 16);
    await writeFile(path, bytes);
    const probed = probeSource(path, { tools: await findTools(), log });
    await expect(probed).rejects.toMatchObject({ code: 'source_unsupported', message: expect.stringContaining('days') });
  });

  test('what is no file is not waited for', async () => {
    const path = join(temporaryFolder(), 'folder.mp4');
    await mkdir(path);
    await expect(probeSource(path, { tools: await findTools(), log })).rejects.toMatchObject({ code: 'source_unreadable' });
  });
});
