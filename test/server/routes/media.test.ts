import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WaitOutcome } from '../../../pipeline/on-demand.ts';
import type { Services } from '../../../server/services.ts';
import { addTitle, type RunningApp, startApp, WAYS } from '../start-app.ts';

const SEGMENT = Buffer.from('0123456789');

describe.each(WAYS)('a segment that is there, %s', (_way, options) => {
  let app: RunningApp;
  beforeEach(async () => {
    app = await startApp(options);
    await addTitle(app.services, 'film');
    await app.services.store.putInit('film', 'v360', Buffer.from('init'));
    await app.services.store.putSegment('film', 'v360', 0, SEGMENT);
  });
  afterEach(() => app.close());

  test('is sent whole, with its type, its length, and leave to be kept for ever and read from any page', async () => {
    const { status, headers, bytes } = await app.send('/titles/film/v360/0.m4s');
    expect(status).toBe(200);
    expect(bytes).toEqual(SEGMENT);
    expect(headers).toMatchObject({
      'content-type': 'video/iso.segment',
      'content-length': '10',
      'cache-control': 'public, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect(headers['access-control-expose-headers']).toContain('Content-Range');
  });

  test('its init segment is video/mp4', async () => {
    const { status, headers, text } = await app.send('/titles/film/v360/init.mp4');
    expect([status, headers['content-type'], text]).toEqual([200, 'video/mp4', 'init']);
  });

  test('HEAD answers the same headers without a body', async () => {
    const whole = await app.send('/titles/film/v360/0.m4s');
    const head = await app.send('/titles/film/v360/0.m4s', { method: 'HEAD', headers: { Range: 'bytes=0-1' } });
    expect(head.status).toBe(200);
    expect(head.bytes).toHaveLength(0);
    expect(head.headers['content-length']).toBe('10');
    expect(head.headers.etag).toBe(whole.headers.etag);
  });

  test.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
  ])('Range %s answers that part', async (range, text, contentRange) => {
    const answer = await app.send('/titles/film/v360/0.m4s', { headers: { Range: range } });
    expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([206, text, contentRange]);
    expect(answer.headers['content-length']).toBe(String(text.length));
  });

  test('a range past its end is a problem that says how long it is', async () => {
    const answer = await app.send('/titles/film/v360/0.m4s', { headers: { Range: 'bytes=10-' } });
    expect(answer.status).toBe(416);
    expect(answer.headers['content-range']).toBe('bytes */10');
    expect(answer.json).toMatchObject({ code: 'range_unsatisfiable' });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('a client that has it is told so, and If-Range decides whether a range counts', async () => {
    const { headers } = await app.send('/titles/film/v360/0.m4s');
    const etag = headers.etag as string;
    const again = await app.send('/titles/film/v360/0.m4s', { headers: { 'If-None-Match': etag } });
    expect([again.status, again.bytes.length, again.headers.etag]).toEqual([304, 0, etag]);
    const part = await app.send('/titles/film/v360/0.m4s', { headers: { Range: 'bytes=0-1', 'If-Range': etag } });
    expect(part.status).toBe(206);
    const other = await app.send('/titles/film/v360/0.m4s', { headers: { Range: 'bytes=0-1', 'If-Range': '"other"' } });
    expect([other.status, other.text]).toEqual([200, '0123456789']);
  });

  test('a preflight of another page is allowed', async () => {
    const { status, headers } = await app.send('/titles/film/v360/0.m4s', {
      method: 'OPTIONS',
      headers: { Origin: 'https://player.example', 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'range' },
    });
    expect(status).toBe(204);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-headers']).toContain('Range');
  });
});

describe.each(WAYS)('a segment that is not there, %s', (_way, options) => {
  let app: RunningApp;
  let answerWait: (outcome: WaitOutcome) => void;
  let waited: { fileName: string; signal: AbortSignal }[];
  let asked: Promise<void>;
  beforeEach(async () => {
    waited = [];
    let noteAsked = () => {};
    asked = new Promise((resolve) => {
      noteAsked = resolve;
    });
    const waitForFile: Services['waitForFile'] = (_title, _rendition, fileName, signal) => {
      waited.push({ fileName, signal });
      noteAsked();
      return new Promise((resolve) => {
        answerWait = resolve;
        signal.addEventListener('abort', () => resolve('timeout'));
      });
    };
    app = await startApp({ ...options, waitForFile });
    await addTitle(app.services, 'film');
  });
  afterEach(() => app.close());

  test('is waited for, and sent when it is there', async () => {
    const answer = app.send('/titles/film/v360/1.m4s');
    await asked;
    await app.services.store.putSegment('film', 'v360', 1, SEGMENT);
    answerWait('ready');
    expect(await answer).toMatchObject({ status: 200, text: '0123456789' });
    expect(waited.map((wait) => wait.fileName)).toEqual(['1.m4s']);
  });

  test('answers 503 with Retry-After when the wait is over, never 404, and nothing keeps that answer', async () => {
    const answer = app.send('/titles/film/v360/1.m4s');
    await asked;
    answerWait('timeout');
    const { status, headers, json } = await answer;
    expect(status).toBe(503);
    expect(headers).toMatchObject({ 'content-type': expect.stringContaining('application/problem+json'), 'cache-control': 'no-store' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(json).toMatchObject({ status: 503, code: 'segment_not_ready', title: expect.any(String), detail: expect.any(String) });
  });

  test.each([
    ['past-end', 'segment_past_end'],
    ['unknown', 'not_found'],
  ] as const)('answers 404 when it is %s', async (outcome, code) => {
    const answer = app.send('/titles/film/v360/1.m4s');
    await asked;
    answerWait(outcome);
    expect(await answer).toMatchObject({ status: 404, json: { code } });
  });

  test('is not waited for any longer when the client has gone', async () => {
    const req = request({ host: '127.0.0.1', port: app.port, path: '/titles/film/v360/1.m4s', agent: false });
    req.on('error', () => {});
    req.end();
    await asked;
    const { signal } = waited[0]!;
    const aborted = signal.aborted ? undefined : once(signal, 'abort');
    req.destroy();
    await aborted;
    expect(signal.aborted).toBe(true);
  });

  test('ends the wait with 503 when the server stops', async () => {
    const answer = app.send('/titles/film/v360/1.m4s');
    await asked;
    app.stopping.abort();
    expect(await answer).toMatchObject({ status: 503, json: { code: 'segment_not_ready' } });
  });
});

test('a wait that the pipeline ends is not taken for a client that has gone', async () => {
  let isLeft: boolean | undefined;
  const waitForFile: Services['waitForFile'] = async (_title, _rendition, _file, signal) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    isLeft = signal.aborted;
    return 'timeout';
  };
  const app = await startApp({ waitForFile, waitMs: 1 });
  try {
    await addTitle(app.services, 'film');
    expect(await app.send('/titles/film/v360/0.m4s')).toMatchObject({ status: 503 });
    expect(isLeft).toBe(false);
  } finally {
    await app.close();
  }
});

describe.each(WAYS)('an address that names no segment, %s', (_way, options) => {
  let app: RunningApp;
  beforeEach(async () => {
    app = await startApp({
      ...options,
      waitForFile: () => {
        throw new Error('this must not reach the pipeline');
      },
    });
    await addTitle(app.services, 'film');
  });
  afterEach(() => app.close());

  test.each([
    '/titles/film/v360/00.m4s',
    '/titles/film/v360/-1.m4s',
    '/titles/film/v360/1e3.m4s',
    '/titles/film/v360/x.m4s',
    '/titles/film/..%2f..%2fcatalogue.sqlite/0.m4s',
    '/titles/..%2f..%2fetc%2fpasswd/v360/0.m4s',
    '/titles/%2e%2e/%2e%2e/init.mp4',
    '/titles/film/../../../../etc/passwd',
    '/titles/film/v360/../../../catalogue.sqlite',
    '/titles/film/v360/%00.m4s',
    '/titles/film/title.json',
    '/titles/film/plan-0.json',
    '/../../package.json',
    '/assets/..%2f..%2f..%2fpackage.json',
  ])('%s is 404 and reaches no file', async (path) => {
    const { status, headers } = await app.send(path);
    expect(status).toBe(404);
    expect(headers['content-type']).toContain('application/problem+json');
  });

  test('an address that cannot be decoded is a bad request', async () => {
    expect(await app.send('/titles/%ff/v360/0.m4s')).toMatchObject({ status: 400, json: { code: 'bad_request' } });
  });
});
