import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fullHash, hasSameBytes, quickIdentity } from '../../../pipeline/ingest/identity.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-identity-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** 3 MB: longer than what the quick identity reads. */
const big = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 251));

async function file(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at]! + 1) % 256;
  return copy;
}

describe('quick identity', () => {
  test('is the same for the same bytes under another name', async () => {
    expect(await quickIdentity(await file('a', big))).toBe(await quickIdentity(await file('b', big)));
  });

  test('differs by size, by the first byte and by the last', async () => {
    const identity = await quickIdentity(await file('a', big));
    for (const other of [big.subarray(1), changed(big, 0), changed(big, big.length - 1)]) {
      expect(await quickIdentity(await file('b', other))).not.toBe(identity);
    }
  });

  test('reads all of a short file and nothing of an empty one', async () => {
    const short = big.subarray(0, 200_000);
    const identity = await quickIdentity(await file('a', short));
    for (let at = 0; at < short.length; at += 19_997) {
      expect(await quickIdentity(await file('b', changed(short, at))), `byte ${at}`).not.toBe(identity);
    }
    expect(await quickIdentity(await file('c', Buffer.alloc(0)))).toMatch(/^q1-0-/);
  });

  test('may be the same for different files, which the full comparison tells apart', async () => {
    // Between the first two samples, which end at 65,536 and begin at 172,615.
    const [a, b] = [await file('a', big), await file('b', changed(big, 100_000))];
    expect(await quickIdentity(b)).toBe(await quickIdentity(a));
    expect(await hasSameBytes(a, b)).toBe(false);
    expect(await fullHash(b)).not.toBe(await fullHash(a));
  });
});

describe('comparing all bytes', () => {
  test('says yes to equal files of any length around its block', async () => {
    for (const length of [0, 1, 1_048_576, 1_048_577, big.length]) {
      const [a, b] = [await file('a', big.subarray(0, length)), await file('b', big.subarray(0, length))];
      expect(await hasSameBytes(a, b), `${length} bytes`).toBe(true);
    }
  });

  test('says no to a difference in the last byte and to a longer file', async () => {
    const a = await file('a', big);
    expect(await hasSameBytes(a, await file('b', changed(big, big.length - 1)))).toBe(false);
    expect(await hasSameBytes(a, await file('b', Buffer.concat([big, Buffer.from('x')])))).toBe(false);
  });
});
