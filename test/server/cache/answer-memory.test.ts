import { describe, expect, test } from 'vitest';
import { type AnswerMemory, createAnswerMemory, type OpenAnswer } from '../../../server/cache/answer-memory.ts';
import { prepareFile } from '../../../server/http/answer.ts';

const SIZE = 10;

/** Keeps an answer of ten bytes. Undefined where there is no room for it. */
function keep(memory: AnswerMemory, path: string, users = 0): OpenAnswer | undefined {
  if (!memory.reserve(SIZE)) return undefined;
  const file = { sizeBytes: SIZE, modifiedAtMs: 0 };
  const answer = prepareFile(file, 'video/mp4', 'media', new Uint8Array(SIZE), async () => undefined);
  const target = { kind: 'file', titleId: path.slice(0, 1), renditionId: 'v1', fileName: '0.m4s' } as const;
  const open = { path, target, answer, checkedAtMs: 0, version: 0, heldBytes: SIZE, users, isKept: false };
  memory.keep(open);
  return open;
}

describe('a memory for four answers', () => {
  test('gives up what was not asked for the longest', () => {
    const memory = createAnswerMemory(4 * SIZE);
    for (const path of ['a', 'b', 'c', 'd']) keep(memory, path);
    memory.get('a');
    keep(memory, 'e');
    expect(['a', 'b', 'c', 'd', 'e'].filter((path) => memory.get(path))).toEqual(['a', 'c', 'd', 'e']);
    expect(memory.usedBytes()).toBe(4 * SIZE);
  });

  test('keeps what clients are being sent, and counts it until they have it', () => {
    const memory = createAnswerMemory(4 * SIZE);
    const sent = ['a', 'b', 'c', 'd'].map((path) => keep(memory, path, 1)!);
    expect(keep(memory, 'e')).toBeUndefined();
    memory.dropTitle('a');
    expect(memory.get('a')).toBeUndefined();
    expect([memory.usedBytes(), keep(memory, 'e')]).toEqual([4 * SIZE, undefined]);
    memory.leave(sent[0]!);
    expect(memory.usedBytes()).toBe(3 * SIZE);
    expect(keep(memory, 'e')).toBeDefined();
  });

  test('takes nothing that would push out most of it', () => {
    const memory = createAnswerMemory(4 * SIZE);
    expect(memory.reserve(SIZE + 1)).toBe(false);
  });

  test('counts an answer once that replaces another of its address', () => {
    const memory = createAnswerMemory(4 * SIZE);
    keep(memory, 'a');
    keep(memory, 'a');
    expect([memory.usedBytes(), memory.count()]).toEqual([SIZE, 1]);
    memory.drop('a');
    expect([memory.usedBytes(), memory.count()]).toEqual([0, 0]);
  });
});
