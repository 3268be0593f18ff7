import { once } from 'node:events';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBoxes } from '../../../pipeline/model/mp4/box.ts';
import { parseFragments } from '../../../pipeline/model/mp4/fragment.ts';
import { readMovieTrack } from '../../../pipeline/model/mp4/movie-track.ts';
import type { Plan } from '../../../pipeline/model/plan.ts';
import { segmentCount } from '../../../pipeline/model/timeline/segments.ts';
import type { WaitOutcome } from '../../../pipeline/on-demand.ts';
import { FFMPEG_AUDIO_INIT, FFMPEG_VIDEO_INIT } from '../../pipeline/model/mp4/recorded-init-segments.ts';
import { AUDIO_HEAD, storeTrack, VIDEO_HEAD } from '../../pipeline/model/progressive/sample-movie.ts';
import { type Answer, addTitle, type RunningApp, startApp } from '../start-app.ts';

let app: RunningApp;
let plan: Plan;
let answers: ((outcome: WaitOutcome) => void)[];
/** What every further wait comes to at once. */
let outcome: WaitOutcome | undefined;
let asked: { renditionId: string; fileName: string; signal: AbortSignal }[];
let onAsked: () => void;

beforeEach(async () => {
  [asked, answers, outcome] = [[], [], undefined];
  onAsked = () => {};
  app = await startApp({
    waitForFile(_title, renditionId, fileName, signal) {
      asked.push({ renditionId, fileName, signal });
      if (outcome) return Promise.resolve(outcome);
      return new Promise((resolve) => {
        answers.push(resolve);
        signal.addEventListener('abort', () => resolve('left'));
        onAsked();
      });
    },
  });
  plan = await addTitle(app.services, 'film');
});
afterEach(() => app.close());

function answerAll(all: WaitOutcome): void {
  outcome = all;
  for (const answer of answers) answer(all);
}

/** Of each track's segment some frames, each of its own bytes. */
const shapes = (frames: number, durationTicks: number) =>
  Array.from({ length: frames }, (_, index) => ({ durationTicks, compositionOffsetTicks: 0, isSync: index === 0, sizeBytes: 50 + index }));
const tracks = () => {
  const count = segmentCount(plan.timeline);
  const of = (head: typeof VIDEO_HEAD, ticks: number) =>
    storeTrack(
      head,
      Array.from({ length: count }, () => [shapes(10, ticks)]),
    );
  return [
    { id: 'v360', init: FFMPEG_VIDEO_INIT, ...of(VIDEO_HEAD, 1280) },
    { id: 'a1', init: FFMPEG_AUDIO_INIT, ...of(AUDIO_HEAD, 4410) },
  ];
};

async function store(segments = Number.POSITIVE_INFINITY): Promise<ReturnType<typeof tracks>> {
  const made = tracks();
  for (const { id, init, segments: files } of made) {
    await app.services.store.putInit('film', id, Buffer.from(init, 'hex'));
    for (const [segment, bytes] of files.slice(0, segments).entries()) await putSegment(id, segment, bytes);
  }
  return made;
}

async function putSegment(renditionId: string, segment: number, bytes: Uint8Array): Promise<void> {
  await app.services.store.putSegment('film', renditionId, segment, bytes);
  await app.services.catalogue.recordSegment('film', renditionId, segment, bytes.length);
}

const whole = (path = '/titles/film/video.mp4', headers: Record<string, string> = {}): Promise<Answer> => app.send(path, { headers });

describe('a title that is all there', () => {
  test('is one plain MP4 with its index before its data, of exact length', async () => {
    const [video, audio] = await store();
    const { status, headers, bytes } = await whole();
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'video/mp4', 'accept-ranges': 'bytes', 'cache-control': 'no-cache' });
    expect(Number(headers['content-length'])).toBe(bytes.length);
    expect(headers['content-location']).toBe('/titles/film/video.mp4?rendition=v360&audio=a1');
    expect(readBoxes(bytes).map(({ type }) => type)).toEqual(['ftyp', 'moov', 'mdat']);
    const moov = readBoxes(bytes)[1]!;
    expect(readMovieTrack(bytes.subarray(moov.start, moov.end), 0)!.samples.count).toBe(video!.samples.length);
    expect(readMovieTrack(bytes.subarray(moov.start, moov.end), 1)!.samples.count).toBe(audio!.samples.length);
    expect((await whole()).bytes.equals(bytes)).toBe(true);
  });

  test('its sound alone is one, too', async () => {
    await store();
    const { headers, bytes } = await whole('/titles/film/audio.m4a');
    expect(headers['content-type']).toBe('audio/mp4');
    const moov = readBoxes(bytes)[1]!;
    expect(readBoxes(bytes, moov.bodyStart, moov.end).filter(({ type }) => type === 'trak')).toHaveLength(1);
  });

  /** RFC 9110 14: [Range, status, Content-Range or parts]. `N`: its length. */
  const RANGES: [range: string, status: number, contentRange: string | undefined, from: number, to: number][] = [
    ['bytes=0-0', 206, 'bytes 0-0/N', 0, 1],
    ['bytes=0-', 206, 'bytes 0-L/N', 0, Number.POSITIVE_INFINITY],
    ['bytes=10-2000', 206, 'bytes 10-2000/N', 10, 2001],
    ['bytes=-5', 206, 'bytes F-L/N', -5, Number.POSITIVE_INFINITY],
    ['bytes=-99999999', 206, 'bytes 0-L/N', 0, Number.POSITIVE_INFINITY],
    ['bytes=3000-99999999', 206, 'bytes 3000-L/N', 3000, Number.POSITIVE_INFINITY],
    ['bytes=4-3', 200, undefined, 0, Number.POSITIVE_INFINITY],
    ['lines=0-1', 200, undefined, 0, Number.POSITIVE_INFINITY],
    ['bytes=99999999-,0-0', 206, 'bytes 0-0/N', 0, 1],
  ];
  test.each(RANGES)('Range %s answers %i', async (range, status, contentRange, from, to) => {
    await store();
    const all = (await whole()).bytes;
    const answer = await whole(undefined, { Range: range });
    expect(answer.status).toBe(status);
    const named = contentRange
      ?.replace('N', String(all.length))
      .replace('L', String(all.length - 1))
      .replace('F', String(all.length - 5));
    expect(answer.headers['content-range']).toBe(named);
    expect(answer.bytes.equals(all.subarray(from, to))).toBe(true);
    expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
  });

  test('several ranges are parts of one answer, each with its place', async () => {
    await store();
    const all = (await whole()).bytes;
    const answer = await whole(undefined, { Range: 'bytes=0-3,100-199,-4' });
    const boundary = /^multipart\/byteranges; boundary=(.+)$/.exec(answer.headers['content-type']!)![1]!;
    expect([answer.status, answer.headers['content-length']]).toEqual([206, String(answer.bytes.length)]);
    expect(answer.headers['content-range']).toBeUndefined();
    const text = answer.bytes.toString('latin1');
    const parts = text.split(`--${boundary}`);
    expect([parts[0], parts.at(-1)]).toEqual(['', '--\r\n']);
    const size = all.length;
    const places = [
      [0, 3],
      [100, 199],
      [size - 4, size - 1],
    ] as const;
    for (const [index, [start, end]] of places.entries()) {
      const head = `\r\nContent-Type: video/mp4\r\nContent-Range: bytes ${start}-${end}/${size}\r\n\r\n`;
      expect(parts[index + 1]).toBe(`${head}${all.subarray(start, end + 1).toString('latin1')}\r\n`);
    }
  });

  test('a range beyond its end says how long it is', async () => {
    await store();
    const { headers } = await whole();
    const answer = await whole(undefined, { Range: 'bytes=99999999-' });
    expect(answer.status).toBe(416);
    expect(answer.headers['content-range']).toBe(`bytes */${headers['content-length']}`);
    expect(answer.json).toMatchObject({ code: 'range_unsatisfiable' });
    expect(answer.headers['content-location']).toBeUndefined();
  });

  test('conditions are kept: 304 for who has it, the whole for who has another one, 412 for who wants another one', async () => {
    await store();
    const { headers, bytes } = await whole();
    const etag = headers.etag!;
    expect(await whole(undefined, { 'If-None-Match': etag, Range: 'bytes=0-1' })).toMatchObject({ status: 304, text: '' });
    expect(await whole(undefined, { 'If-Modified-Since': headers['last-modified']! })).toMatchObject({ status: 304 });
    expect((await whole(undefined, { 'If-Range': etag, Range: 'bytes=0-1' })).status).toBe(206);
    const other = await whole(undefined, { 'If-Range': '"other"', Range: 'bytes=0-1' });
    expect([other.status, other.bytes.equals(bytes)]).toEqual([200, true]);
    // A date is no strong validator.
    expect((await whole(undefined, { 'If-Range': headers['last-modified']!, Range: 'bytes=0-1' })).status).toBe(200);
    expect(await whole(undefined, { 'If-Match': '"other"' })).toMatchObject({ status: 412, json: { code: 'precondition_failed' } });
  });

  test('HEAD answers the same headers, whatever the range, and no body', async () => {
    await store();
    const answer = await app.send('/titles/film/video.mp4', { method: 'HEAD', headers: { Range: 'bytes=0-1' } });
    const { headers } = await whole();
    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
    for (const name of ['content-length', 'etag', 'last-modified', 'accept-ranges', 'content-type'])
      expect(answer.headers[name]).toBe(headers[name]);
  });

  test('is another one, with another ETag, when a segment of it was made anew', async () => {
    await store();
    const { headers } = await whole();
    await app.services.store.removeSegment('film', 'v360', 1);
    app.services.bus.publish({ type: 'segment-evicted', titleId: 'film', renditionId: 'v360', segment: 1 });
    await app.services.store.putSegment('film', 'v360', 1, tracks()[0]!.segments[1]!);
    await utimes(join(app.mediaDir, 'streams/film/v360/1.m4s'), 1, 1);
    expect((await whole()).headers.etag).not.toBe(headers.etag);
  });

  test('a segment that is another one without a word of it ends the answer instead of a false one', async () => {
    await store();
    const { bytes } = await whole();
    await utimes(join(app.mediaDir, 'streams/film/v360/0.m4s'), 1, 1);
    // Of the samples, so that nothing was sent yet.
    const Range = `bytes=${readBoxes(bytes)[2]!.bodyStart}-`;
    expect(await whole(undefined, { Range })).toMatchObject({ status: 503, json: { code: 'store_failed' } });
    expect((await whole(undefined, { Range })).status).toBe(206);
  });

  test.each([
    ['?quality=100', 'rendition_unknown'],
    ['?rendition=v9', 'rendition_unknown'],
    ['?audio=xx', 'rendition_unknown'],
    ['?audio=a1&audio=a2', 'rendition_unknown'],
    ['?download=a&download=b', 'bad_request'],
  ])('%s is a clear problem: %s', async (query, code) => {
    await store();
    expect(await whole(`/titles/film/video.mp4${query}`)).toMatchObject({ status: 400, json: { code } });
  });

  test('is downloaded under the name that is asked for, or its own', async () => {
    await store();
    const disposition = async (query: string) => (await whole(`/titles/film/video.mp4${query}`)).headers['content-disposition'];
    expect(await disposition('')).toBeUndefined();
    expect(await disposition('?download')).toBe('attachment; filename="Title film.mp4"');
    expect(await disposition('?download=a%0d%0aX:%20b%2Fmine.mp4')).toBe('attachment; filename="mine.mp4"');
  });
});

describe('a title that is still being made', () => {
  test('has no length and no ranges, and says so', async () => {
    await store(1);
    const head = await app.send('/titles/film/video.mp4', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers).toMatchObject({ 'accept-ranges': 'none', 'cache-control': 'no-store' });
    for (const name of ['content-length', 'etag', 'content-range']) expect(head.headers[name]).toBeUndefined();
  });

  test('begins with what is there, and goes on with each segment as it is made', async () => {
    const made = await store(1);
    const waits = new Promise<void>((resolve) => {
      onAsked = resolve;
    });
    const request = get({
      host: '127.0.0.1',
      port: app.port,
      path: '/titles/film/video.mp4',
      headers: { Range: 'bytes=0-' },
      agent: false,
    });
    const [response] = await once(request, 'response');
    expect([response.statusCode, response.headers['content-length']]).toEqual([200, undefined]);
    const received: Buffer[] = [];
    response.on('data', (bytes: Buffer) => received.push(bytes));
    await waits;
    while (readBoxes(Buffer.concat(received)).filter(({ type }) => type === 'mdat').length < 2) await once(response, 'data');
    expect(parseFragments(Buffer.concat(received)).map(({ trackId }) => trackId)).toEqual([1, 2]);
    expect(new Set(asked.map(({ fileName }) => fileName))).toEqual(new Set(['1.m4s']));
    const ended = once(response, 'end');
    for (const { id, segments } of made) for (const [segment, bytes] of segments.entries()) await putSegment(id, segment, bytes);
    answerAll('ready');
    await ended;
    const fragments = parseFragments(Buffer.concat(received));
    expect(fragments.map(({ sequenceNumber }) => sequenceNumber)).toEqual(fragments.map((_, index) => index + 1));
    expect(fragments).toHaveLength(2 * segmentCount(plan.timeline));
  });

  test('nobody is waited for any more when the client has gone', async () => {
    await store(1);
    const waits = new Promise<void>((resolve) => {
      onAsked = resolve;
    });
    const request = get({ host: '127.0.0.1', port: app.port, path: '/titles/film/video.mp4', agent: false });
    request.on('error', () => {});
    await waits;
    const { signal } = asked[0]!;
    const gone = signal.aborted ? undefined : once(signal, 'abort');
    request.destroy();
    await gone;
    expect(signal.aborted).toBe(true);
  });

  test('a stream whose rest cannot be made is cut off: it is never taken for the whole', async () => {
    await store(1);
    const waits = new Promise<void>((resolve) => {
      onAsked = resolve;
    });
    const answer = whole().then(
      () => 'whole',
      () => 'cut off',
    );
    await waits;
    answerAll('unknown');
    expect(await answer).toBe('cut off');
  });
});

describe('the original', () => {
  beforeEach(async () => {
    await mkdir(join(app.mediaDir, 'originals/song'), { recursive: true });
    await writeFile(join(app.mediaDir, 'originals/song/film.mp4'), '0123456789');
    const source = { path: 'originals/song/film.mp4', originalName: '노래.mp3', sizeBytes: 10, identity: 'song' };
    await addTitle(app.services, 'song', { source, sourceInfo: { formatNames: ['mp3'], sizeBytes: 10, audio: [], others: [], tags: {} } });
  });

  test('is sent as what it is, under its own name, whole and in parts', async () => {
    const { status, text, headers } = await whole('/titles/song/source');
    expect([status, text]).toEqual([200, '0123456789']);
    expect(headers).toMatchObject({ 'content-type': 'audio/mpeg', 'content-length': '10', 'x-content-type-options': 'nosniff' });
    expect(headers['content-disposition']).toBe(`inline; filename="__.mp3"; filename*=UTF-8''%EB%85%B8%EB%9E%98.mp3`);
    expect(await whole('/titles/song/source', { Range: 'bytes=-3' })).toMatchObject({ status: 206, text: '789' });
    expect((await whole('/titles/song/source', { 'If-None-Match': headers.etag! })).status).toBe(304);
  });

  test.each([['originals/../catalogue.sqlite'], ['../../etc/passwd'], ['/etc/passwd'], ['originals/song/other.mp4']])(
    '%s is not one',
    async (path) => {
      await addTitle(app.services, 'bad', { source: { path, originalName: 'a.mp4', sizeBytes: 10, identity: 'bad' } });
      expect(await whole('/titles/bad/source')).toMatchObject({ status: 503, json: { code: 'source_missing' } });
    },
  );

  test('that is another file now is not sent', async () => {
    await writeFile(join(app.mediaDir, 'originals/song/film.mp4'), 'longer than it was');
    expect(await whole('/titles/song/source')).toMatchObject({ status: 503, json: { code: 'source_missing' } });
  });
});

test.each([['video.mp4'], ['audio.m4a'], ['source']])('%s of no title is not found', async (name) => {
  expect(await whole(`/titles/nobody/${name}`)).toMatchObject({ status: 404, json: { code: 'not_found' } });
});
