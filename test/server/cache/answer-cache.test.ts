import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, test } from 'vitest';
import { createLocalEventBus, type EventBus } from '../../../pipeline/event-bus.ts';
import { type AnswerCache, createAnswerCache, type FindAnswer } from '../../../server/cache/answer-cache.ts';
import { prepareFile, prepareText, type TextAnswer } from '../../../server/http/answer.ts';
import type { MediaTarget } from '../../../server/http/media-path.ts';

const SEGMENT: MediaTarget = { kind: 'file', titleId: 'film', renditionId: 'v360', fileName: '0.m4s' };
const SEGMENT_PATH = '/titles/film/v360/0.m4s';
const PLAYLIST: MediaTarget = { kind: 'multivariant', titleId: 'film' };
const PLAYLIST_PATH = '/titles/film/multivariant.m3u8';
const committed = { type: 'segment', titleId: 'film', renditionId: 'v360', sizeBytes: 1, cause: 'demand', isTwice: false } as const;

let bus: EventBus;
let answers: AnswerCache;
let nowMs: number;
let stored: string | undefined;
/** Of the look-ups. */
let looks: { answer: () => void }[];
let isHeldBack: boolean;

beforeEach(() => {
  bus = createLocalEventBus((error) => {
    throw error;
  });
  nowMs = 0;
  stored = 'one';
  looks = [];
  isHeldBack = false;
  const find: FindAnswer = async (target, before, memory) => {
    const content = stored;
    await new Promise<void>((resolve) => {
      looks.push({ answer: resolve });
      if (!isHeldBack) resolve();
    });
    if (content === undefined) return undefined;
    if (target.kind !== 'file')
      return before?.kind === 'text' && before.text === content ? before : prepareText(content, 'x', 'multivariant');
    const bytes = Buffer.from(content);
    if (before?.kind === 'file' && bytes.equals(before.bytes!)) return before;
    return prepareFile(
      { sizeBytes: bytes.length, modifiedAtMs: 0 },
      'x',
      'media',
      memory.reserve(bytes.length) ? bytes : undefined,
      async () => undefined,
    );
  };
  answers = createAnswerCache({ maxBytes: 1000, find, bus, nowMs: () => nowMs });
});

/** A response of which so much is unsent. */
const response = (writableLength = 0) =>
  Object.assign(new EventEmitter(), { writableLength, destroyed: false }) as unknown as ServerResponse;

async function open(target: MediaTarget): Promise<string | undefined> {
  const opened = await answers.open(target);
  if (opened === undefined) return undefined;
  answers.sent(opened, response(), false);
  const { answer } = opened;
  return answer.kind === 'text' ? answer.text : Buffer.from(answer.bytes!).toString();
}

describe.each([
  ['a segment', SEGMENT, SEGMENT_PATH],
  ['a playlist', PLAYLIST, PLAYLIST_PATH],
] as const)('%s', (_what, target, path) => {
  test('is looked up once and answered from memory then', async () => {
    expect(answers.peek(path)).toBeUndefined();
    expect(await open(target)).toBe('one');
    expect(answers.peek(path)).toBeDefined();
    expect([looks.length, answers.stats().hits, answers.stats().misses]).toEqual([1, 1, 1]);
  });

  test('is looked up once for all who ask meanwhile', async () => {
    isHeldBack = true;
    const asked = [open(target), open(target), open(target)];
    expect(looks).toHaveLength(1);
    looks[0]!.answer();
    expect(await Promise.all(asked)).toEqual(['one', 'one', 'one']);
    expect(looks).toHaveLength(1);
  });

  test('is looked at again after a second, and is the same answer where nothing has changed', async () => {
    await open(target);
    const before = answers.peek(path);
    nowMs = 1001;
    expect(answers.peek(path)).toBeUndefined();
    await open(target);
    expect(answers.peek(path)).toBe(before);
    nowMs = 2002;
    stored = 'two';
    expect(await open(target)).toBe('two');
  });

  test('is gone with its title', async () => {
    await open(target);
    stored = undefined;
    bus.publish({ type: 'title-removed', titleId: 'film' });
    expect(answers.peek(path)).toBeUndefined();
    expect(await open(target)).toBeUndefined();
    expect(answers.stats()).toMatchObject({ usedBytes: 0, answers: 0 });
  });

  test('that changes while it is looked up is not kept, and who asks afterwards gets the new one', async () => {
    isHeldBack = true;
    const early = open(target);
    stored = 'two';
    bus.publish({ ...committed, segment: 0 });
    const late = open(target);
    for (const look of looks) look.answer();
    expect([await early, await late]).toEqual(['one', 'two']);
    isHeldBack = false;
    expect(await open(target)).toBe('two');
    expect(answers.stats().usedBytes).toBe(3);
  });

  test('is looked up every time after the cache was closed', async () => {
    await open(target);
    answers.close();
    expect(answers.peek(path)).toBeUndefined();
  });
});

test('a segment is dropped when it is evicted, and another one is not', async () => {
  await open(SEGMENT);
  bus.publish({ type: 'segment-evicted', titleId: 'film', renditionId: 'v360', segment: 1 });
  expect(answers.peek(SEGMENT_PATH)).toBeDefined();
  bus.publish({ type: 'segment-evicted', titleId: 'film', renditionId: 'v360', segment: 0 });
  expect(answers.peek(SEGMENT_PATH)).toBeUndefined();
  expect(answers.stats().usedBytes).toBe(0);
});

test.each([
  { type: 'plan', titleId: 'film', revision: 1 },
  { type: 'title', titleId: 'film', state: 'complete', progress: 1 },
  { ...committed, segment: 7 },
  { type: 'segment-evicted', titleId: 'film', renditionId: 'v360', segment: 7 },
] as const)('a playlist is looked at again after the event $type, a playlist of another title is not', async (event) => {
  await open(PLAYLIST);
  await open({ ...PLAYLIST, titleId: 'other' });
  bus.publish(event);
  expect(answers.peek(PLAYLIST_PATH)).toBeUndefined();
  expect(answers.peek('/titles/other/multivariant.m3u8')).toBeDefined();
});

test('what viewers ask for changes no playlist', async () => {
  await open(PLAYLIST);
  bus.publish({ type: 'demand', titleId: 'film', renditionId: 'v360', segment: 1, state: 'asked' });
  expect(answers.peek(PLAYLIST_PATH)).toBeDefined();
});

test('what is evicted while a slow client is being sent it counts until that client has it', async () => {
  const opened = (await answers.open(SEGMENT))!;
  const slow = response(1);
  answers.sent(opened, slow, false);
  bus.publish({ type: 'segment-evicted', titleId: 'film', renditionId: 'v360', segment: 0 });
  expect(answers.stats()).toMatchObject({ usedBytes: 3, answers: 0 });
  slow.emit('close');
  expect(answers.stats().usedBytes).toBe(0);
});

test('a playlist is compressed once for all, and kept so', async () => {
  const opened = (await answers.open(PLAYLIST))!;
  const answer = opened.answer as TextAnswer;
  const [one, other] = await Promise.all([answers.encoded(opened, answer, 'br'), answers.encoded(opened, answer, 'br')]);
  expect(one).toBe(other);
  expect(answers.encoded(opened, answer, 'br')).toBe(one);
  expect(answers.stats().usedBytes).toBe(3 + one.bytes.length);
});

test('a look-up that fails is nobody else’s failure', async () => {
  let fails = true;
  const flaky = createAnswerCache({
    maxBytes: 1000,
    bus,
    find: async () => {
      if (fails) throw new Error('disk');
      return prepareText('text', 'x', 'multivariant');
    },
  });
  await expect(flaky.open(PLAYLIST)).rejects.toThrow('disk');
  fails = false;
  expect(await flaky.open(PLAYLIST)).toBeDefined();
});
