import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addTitle, type RunningApp, startApp, WAYS } from '../start-app.ts';

/** Longer than two pieces of a file that is read piece by piece. */
const SIZE = 150_000;
const SEGMENT = Buffer.from(Uint8Array.from({ length: SIZE }, (_, index) => index % 251));
const PATH = '/titles/film/v360/0.m4s';
const whole = { status: 200, start: 0, end: SIZE };
const part = (start: number, end: number) => ({ status: 206, start, end });

describe.each(WAYS)('RFC 9110 on a segment, %s', (_way, options) => {
  let app: RunningApp;
  let etag: string;
  let modified: string;
  beforeAll(async () => {
    app = await startApp(options);
    await addTitle(app.services, 'film');
    await app.services.store.putSegment('film', 'v360', 0, SEGMENT);
    const { headers } = await app.send(PATH);
    etag = headers.etag as string;
    modified = headers['last-modified'] as string;
  });
  afterAll(() => app.close());

  test.each([
    ['the first byte', 'bytes=0-0', part(0, 1)],
    ['the last byte', `bytes=${SIZE - 1}-`, part(SIZE - 1, SIZE)],
    ['from a place on', 'bytes=70000-', part(70_000, SIZE)],
    ['a suffix', 'bytes=-500', part(SIZE - 500, SIZE)],
    ['a suffix longer than all', `bytes=-${SIZE + 1}`, part(0, SIZE)],
    ['across pieces', 'bytes=65000-140000', part(65_000, 140_001)],
    ['an end beyond the end', `bytes=10-${SIZE * 2}`, part(10, SIZE)],
    ['all of it', 'bytes=0-', part(0, SIZE)],
    ['several', 'bytes=0-1,5-6', whole],
    ['one that ends before it starts', 'bytes=9-2', whole],
    ['another unit', 'items=0-1', whole],
    ['nonsense', 'bytes=a-b', whole],
  ])('Range: %s', async (_case, range, { status, start, end }) => {
    const answer = await app.send(PATH, { headers: { Range: range } });
    expect(answer.status).toBe(status);
    expect(answer.bytes.equals(SEGMENT.subarray(start, end))).toBe(true);
    expect(answer.headers['content-length']).toBe(String(end - start));
    expect(answer.headers['content-range']).toBe(status === 206 ? `bytes ${start}-${end - 1}/${SIZE}` : undefined);
    expect(answer.headers.etag).toBe(etag);
  });

  test.each([`bytes=${SIZE}-`, 'bytes=-0'])('Range: %s is beyond the end', async (range) => {
    const answer = await app.send(PATH, { headers: { Range: range } });
    expect([answer.status, answer.headers['content-range']]).toEqual([416, `bytes */${SIZE}`]);
    expect(answer.json).toMatchObject({ code: 'range_unsatisfiable' });
  });

  const earlier = new Date(0).toUTCString();
  const later = 'Fri, 01 Jan 2100 00:00:00 GMT';
  test.each<[string, (now: { etag: string; modified: string }) => Record<string, string>, number]>([
    ['If-None-Match of what it is', ({ etag }) => ({ 'If-None-Match': etag }), 304],
    ['If-None-Match, weak, among others', ({ etag }) => ({ 'If-None-Match': `"x", W/${etag}` }), 304],
    ['If-None-Match: *', () => ({ 'If-None-Match': '*' }), 304],
    ['If-None-Match of another', () => ({ 'If-None-Match': '"x"' }), 200],
    ['If-None-Match before Range', ({ etag }) => ({ 'If-None-Match': etag, Range: 'bytes=0-1' }), 304],
    ['If-None-Match before a range beyond the end', ({ etag }) => ({ 'If-None-Match': etag, Range: `bytes=${SIZE}-` }), 304],
    ['If-Modified-Since its time', ({ modified }) => ({ 'If-Modified-Since': modified }), 304],
    ['If-Modified-Since an earlier time', () => ({ 'If-Modified-Since': earlier }), 200],
    ['If-Modified-Since nonsense', () => ({ 'If-Modified-Since': 'yesterday' }), 200],
    ['If-None-Match of another, whatever If-Modified-Since says', () => ({ 'If-None-Match': '"x"', 'If-Modified-Since': later }), 200],
    ['If-Match of what it is', ({ etag }) => ({ 'If-Match': etag }), 200],
    ['If-Match of another', () => ({ 'If-Match': '"x"' }), 412],
    ['If-Unmodified-Since an earlier time', () => ({ 'If-Unmodified-Since': earlier }), 412],
    ['If-Unmodified-Since its time', ({ modified }) => ({ 'If-Unmodified-Since': modified }), 200],
    ['If-Range of what it is', ({ etag }) => ({ 'If-Range': etag, Range: 'bytes=0-1' }), 206],
    ['If-Range of another', () => ({ 'If-Range': '"x"', Range: 'bytes=0-1' }), 200],
    ['If-Range, weak', ({ etag }) => ({ 'If-Range': `W/${etag}`, Range: 'bytes=0-1' }), 200],
    ['If-Range of its time, which is not strong', ({ modified }) => ({ 'If-Range': modified, Range: 'bytes=0-1' }), 200],
    ['If-Range of another before a range beyond the end', () => ({ 'If-Range': '"x"', Range: `bytes=${SIZE}-` }), 200],
  ])('%s', async (_case, headersFor, status) => {
    const headers = headersFor({ etag, modified });
    const answer = await app.send(PATH, { headers });
    expect(answer.status).toBe(status);
    if (status === 304) expect([answer.bytes.length, answer.headers.etag]).toEqual([0, etag]);
    const expected = status === 206 ? SEGMENT.subarray(0, 2) : SEGMENT;
    if (status === 200 || status === 206) expect(answer.bytes.equals(expected)).toBe(true);
    const head = await app.send(PATH, { method: 'HEAD', headers });
    expect([head.status, head.bytes.length]).toEqual([status === 206 ? 200 : status, 0]);
  });

  test('HEAD has the headers of GET', async () => {
    const [get, head] = [await app.send(PATH), await app.send(PATH, { method: 'HEAD' })];
    const { date: _get, ...expected } = get.headers;
    expect(head.headers).toMatchObject(expected);
    expect(head.bytes).toHaveLength(0);
  });
});

test('every way answers with the same headers', async () => {
  const paths = [PATH, '/titles/film/multivariant.m3u8', '/titles/film/v360/media.m3u8'];
  const answered = await Promise.all(
    WAYS.map(async ([, options]) => {
      const app = await startApp(options);
      try {
        await addTitle(app.services, 'film');
        await app.services.store.putSegment('film', 'v360', 0, SEGMENT);
        const answers = [];
        for (const path of paths) {
          const { status, headers, bytes } = await app.send(path, { headers: { 'Accept-Encoding': 'gzip' } });
          answers.push({ status, bytes: bytes.length, headers: { ...headers, date: '', etag: '', 'last-modified': '' } });
        }
        return answers;
      } finally {
        await app.close();
      }
    }),
  );
  expect(answered[1]).toEqual(answered[0]);
  expect(answered[2]).toEqual(answered[0]);
});
