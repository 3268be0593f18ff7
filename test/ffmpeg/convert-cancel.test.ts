import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SegmentCommitter } from '../../pipeline/convert/convert-job.ts';
import { convertToStream } from '../../pipeline/convert-to-stream.ts';
import { AppError } from '../../pipeline/errors.ts';
import type { FfmpegTools } from '../../pipeline/ffmpeg/locate.ts';
import type { RunEnvironment } from '../../pipeline/ffmpeg/run-chunk.ts';
import { parseFragments } from '../../pipeline/model/mp4/fragment.ts';
import { type Committed, committerInto, convertAll, divide, log, type Prepared, prepare, testTools } from './convert-harness.ts';
import { makeClip } from './make-clip.ts';

const usualTemporaryFolder = process.env.TMPDIR;

let folder: string;
let prepared: Prepared;
let tools: FfmpegTools;
/** What an undisturbed run makes. */
let complete: Committed;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-cancel-'));
  const path = join(folder, 'clip.mp4');
  await makeClip(
    ...['-f', 'lavfi', '-i', 'testsrc2=s=256x144:r=25:d=60', '-f', 'lavfi', '-i', 'anoisesrc=c=pink:a=0.3:r=48000:seed=1:d=60'],
    ...['-c:v', 'libx264', '-preset', 'superfast', '-pix_fmt', 'yuv420p', '-g', '77', '-c:a', 'aac', '-ac', '2', path],
  );
  prepared = await prepare(path);
  complete = await convertAll(prepared);
  tools = await recordingTools();
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Sockets are made in the temporary folder: here it is one that can be looked into. */
beforeEach(async () => {
  process.env.TMPDIR = join(folder, 't');
  await mkdir(process.env.TMPDIR);
  await writeFile(join(folder, 'pids'), '');
});

afterEach(async () => {
  const left = await readdir(join(folder, 't'));
  await rm(join(folder, 't'), { recursive: true });
  if (usualTemporaryFolder === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usualTemporaryFolder;
  expect(left).toEqual([]);
  expect((await startedPids()).filter(isAlive)).toEqual([]);
});

/** ffmpeg that writes down its process ids. */
async function recordingTools(): Promise<FfmpegTools> {
  const found = await testTools();
  const ffmpegPath = join(folder, 'ffmpeg');
  await writeFile(ffmpegPath, `#!/bin/sh\necho $$ >> '${join(folder, 'pids')}'\nexec '${found.ffmpegPath}' "$@"\n`);
  await chmod(ffmpegPath, 0o755);
  return { ...found, ffmpegPath };
}

async function startedPids(): Promise<number[]> {
  return (await readFile(join(folder, 'pids'), 'utf8')).split('\n').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function convert(committer: SegmentCommitter, signal?: AbortSignal, onDiscarded?: RunEnvironment['onDiscarded']): Promise<void> {
  const [chunk] = divide(prepared.plan, []);
  return convertToStream({ ...prepared, chunk: chunk! }, committer, { tools, log, signal, onDiscarded });
}

/** What is there is what an undisturbed run puts there; pictures frame by frame, since x264's rate control is not the same twice. */
function expectUndisturbed(committed: Committed): void {
  for (const [key, bytes] of committed) {
    if (key.startsWith('a1/') || key.endsWith('/init')) expect(Buffer.compare(bytes, complete.get(key)!), key).toBe(0);
    else expect(timingOf(bytes), key).toEqual(timingOf(complete.get(key)!));
  }
}

function timingOf(segment: Uint8Array): unknown[] {
  return parseFragments(segment).map(({ baseDecodeTicks, samples }) => ({
    baseDecodeTicks,
    samples: samples.map(({ durationTicks, compositionOffsetTicks, isSync }) => ({ durationTicks, compositionOffsetTicks, isSync })),
  }));
}

describe('cancelling', () => {
  test('ends the process, and what was committed stays as it is', async () => {
    const controller = new AbortController();
    const committed: Committed = new Map();
    const committer = committerInto(committed);
    const cancelled = convert(
      {
        ...committer,
        async commitSegment(...segment) {
          await committer.commitSegment(...segment);
          controller.abort();
        },
      },
      controller.signal,
    );
    await expect(cancelled).rejects.toMatchObject({ name: 'AppError', code: 'cancelled' });
    expect((await startedPids()).length).toBeGreaterThan(0);
    expect(committed.size).toBeGreaterThan(0);
    expect(committed.size).toBeLessThan(complete.size);
    expectUndisturbed(committed);
    const after = committed.size;
    await new Promise((resolve) => setImmediate(resolve));
    expect(committed.size).toBe(after);
  });

  test('before it began starts nothing', async () => {
    const committed: Committed = new Map();
    await expect(convert(committerInto(committed), AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(committed.size).toBe(0);
    expect(await startedPids()).toEqual([]);
  });
});

describe('a process that is ended from outside', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'by %s: the run fails, and its last words are never taken for film',
    async (signal) => {
      const committed: Committed = new Map();
      const committer = committerInto(committed);
      const killed = convert({
        ...committer,
        async commitSegment(...segment) {
          await committer.commitSegment(...segment);
          for (const pid of (await startedPids()).filter(isAlive)) process.kill(pid, signal);
        },
      });
      await expect(killed).rejects.toMatchObject({ name: 'AppError', code: 'ffmpeg_failed', retryable: true });
      expect(committed.size).toBeLessThan(complete.size);
      expectUndisturbed(committed);
    },
  );
});

describe('a committer that refuses', () => {
  /** Refuses late, when more of the rendition is waiting: once the other rung has come to its fourth segment. */
  function refuseLate(refuses: (renditionId: string, segment: number | 'init') => boolean): {
    committer: SegmentCommitter;
    asked: string[];
  } {
    const asked: string[] = [];
    let otherIsFar = (): void => {};
    const farEnough = new Promise<void>((resolve) => {
      otherIsFar = resolve;
    });
    const commit = async (renditionId: string, segment: number | 'init'): Promise<void> => {
      asked.push(`${renditionId}/${segment}`);
      if (renditionId === 'v144' && segment === 3) otherIsFar();
      if (!refuses(renditionId, segment)) return;
      await farEnough;
      throw new AppError('claim_lost', 'Another worker has taken this work over.');
    };
    return { committer: { commitInit: (id) => commit(id, 'init'), commitSegment: commit }, asked };
  }

  test('a segment stops the run with its own error, and gets no more of that rendition', async () => {
    const { committer, asked } = refuseLate((renditionId, segment) => renditionId === 'v120' && segment === 1);
    const discarded = new Map<string, number>();
    const count = (renditionId: string, frameCount: number) => void discarded.set(renditionId, frameCount);
    await expect(convert(committer, undefined, count)).rejects.toMatchObject({ code: 'claim_lost' });
    expect(asked.filter((key) => key.startsWith('v120/'))).toEqual(['v120/init', 'v120/0', 'v120/1']);
    // Its second segment, of a second, and what had been cut behind it: all but its first.
    expect(discarded.get('v120')).toBeGreaterThanOrEqual(25);
    expect(discarded.get('v120')).toBeLessThanOrEqual(1500 - 25);
    expect(asked.length).toBeLessThan(complete.size);
  });

  test('an init segment, because another encoder began the rendition, gets no segment of it', async () => {
    const { committer, asked } = refuseLate((renditionId, segment) => renditionId === 'v120' && segment === 'init');
    await expect(convert(committer)).rejects.toMatchObject({ code: 'claim_lost' });
    expect(asked.filter((key) => key.startsWith('v120/'))).toEqual(['v120/init']);
  });

  test('nothing, but the encoder makes another codec than is planned: the run is refused before its first segment', async () => {
    const asked: string[] = [];
    const renditions = prepared.plan.renditions.map((rendition) => ({ ...rendition, codecs: 'avc1.640034' }));
    const chunk = divide(prepared.plan, [], ['v144'])[0]!;
    const refused = convertToStream(
      { ...prepared, plan: { ...prepared.plan, renditions }, chunk },
      {
        async commitInit() {},
        async commitSegment(renditionId, segment) {
          asked.push(`${renditionId}/${segment}`);
        },
      },
      { tools, log },
    );
    await expect(refused).rejects.toMatchObject({ code: 'encoder_mismatch' });
    expect(asked).toEqual([]);
  });
});

test('a source that is gone fails with what ffmpeg said of it', async () => {
  const { plan, source } = prepared;
  const chunk = divide(plan, [])[0]!;
  const job = { source: { ...source, path: join(folder, 'gone.mp4') }, plan, chunk };
  const failure = await convertToStream(job, committerInto(new Map()), { tools, log }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'ffmpeg_failed' });
  expect((failure as AppError).details.stderr).toEqual(expect.arrayContaining([expect.stringContaining('No such file')]));
});

test('progress is told as it goes, and the last report says that it is the last', async () => {
  const reports: { frames: number; isEnd: boolean }[] = [];
  const onDiscarded = () => expect.unreachable('a run that was not disturbed discards nothing');
  await convertAll(prepared, { cuts: [], environment: { onProgress: (progress) => reports.push(progress), onDiscarded } });
  expect(reports.at(-1)).toMatchObject({ isEnd: true, frames: 1500 });
  expect(reports.every(({ frames }, index) => index === 0 || frames >= reports[index - 1]!.frames)).toBe(true);
});
