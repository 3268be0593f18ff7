import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../pipeline/errors.ts';
import type { PipelineEvent } from '../../pipeline/event-bus.ts';
import { createGate } from './held-store.ts';
import { makeClip } from './make-clip.ts';
import { makeFilm, newHome, type OpenHome, openHome, processesNaming, SMALL_PLAN, segmentFiles } from './title-home.ts';

let clips: string;
let film: string;
let song: string;

beforeAll(async () => {
  clips = await mkdtemp(join(tmpdir(), 'mr-clips-'));
  film = join(clips, 'film.mp4');
  await makeFilm(film, 6);
  song = join(clips, 'song.flac');
  await makeClip('-f', 'lavfi', '-i', 'sine=440:duration=6', song);
});
afterAll(() => rm(clips, { recursive: true }));

const states = (events: readonly PipelineEvent[]) => events.flatMap((event) => (event.type === 'title' ? [event.state] : []));
const isPlan = (event: PipelineEvent) => event.type === 'plan';

test('a title is probed, planned, published and queued, in this order', async () => {
  const home = await openHome(await newHome());
  await home.addTitle(film, 'film');
  await home.preparer.prepare('film');
  const told = home.events.flatMap((event) => {
    if (event.type === 'title') return [event.state];
    return event.type === 'plan' || event.type === 'chunk-queued' ? [event.type] : [];
  });
  expect(told.slice(0, 4)).toEqual(['probing', 'plan', 'playable', 'chunk-queued']);
  const record = await home.store.readTitle('film');
  expect(record).toMatchObject({ planRevision: 0, sourceInfo: { video: { width: 160, height: 90 } } });
  expect(record?.report.map(({ kind, outcome, codes }) => `${kind} ${outcome} ${codes?.join(' ')}`)).toEqual([
    'video converted encoded colors-converted',
    'audio converted encoded',
  ]);
  expect((await home.store.readPlan('film'))?.renditions.map(({ id }) => id)).toEqual(['v90', 'a1', 'i90']);
});

test('with a ladder that fits the picture, the plan and the report say how it came about', async () => {
  const home = await openHome(await newHome(), { plan: { ...SMALL_PLAN, isContentAware: true } });
  await home.addTitle(film, 'film');
  await home.preparer.prepare('film');
  expect((await home.store.readPlan('film'))?.ladderFit).toEqual({ kind: 'unsampled', reason: 'short' });
  expect((await home.store.readTitle('film'))?.report[0]?.codes).toContain('ladder-unsampled');
});

test('a title that is prepared twice at once is probed once', async () => {
  const home = await openHome(await newHome());
  await home.addTitle(film, 'film');
  await Promise.all([home.preparer.prepare('film'), home.preparer.prepare('film')]);
  expect(home.events.filter(isPlan)).toHaveLength(1);
  expect(states(home.events).filter((state) => state === 'probing')).toHaveLength(1);
});

describe('a source', () => {
  test('that takes too long to read is tried again, but not for ever: others want to be probed', async () => {
    const folder = await newHome();
    const ffprobePath = join(folder, 'ffprobe');
    await writeFile(ffprobePath, `#!/bin/sh\necho run >> ${join(folder, 'runs')}\nexec sleep 60\n`, { mode: 0o755 });
    const home = await openHome(folder, { restMs: 10, probeTimeoutMs: 300, tools: { ffprobePath } });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.waitFor((event) => event.type === 'title' && event.state === 'failed');
    expect((await home.store.readTitle('film'))?.error).toMatchObject({ code: 'source_unreadable' });
    expect((await readFile(join(folder, 'runs'), 'utf8')).trim().split('\n')).toHaveLength(3);
  });

  test('that vanished before the probe lets its title wait, and go on when it is put back', async () => {
    const home = await openHome(await newHome(), { restMs: 10 });
    await home.addTitle(film, 'film');
    const [original, away] = [join(home.home, 'originals', 'film'), join(home.home, 'away')];
    await rename(original, away);
    await home.preparer.prepare('film');
    expect((await home.store.readTitle('film'))?.error).toBeUndefined();
    expect(await home.catalogue.getTitle('film')).toMatchObject({ state: 'waiting' });
    expect(await home.queue.list()).toEqual([]);
    await rename(away, original);
    await home.titleIs('film', 'complete');
    expect(states(home.events)).not.toContain('failed');
  });

  test('that cannot be planned for want of disk space waits for some, until it is removed', async () => {
    let refusals = 0;
    const isPlanned = createGate();
    const home = await openHome(await newHome(), {
      restMs: 10,
      wrapStore: (store) => ({
        ...store,
        writePlan(plan) {
          if (plan.titleId === 'film' || refusals++ < 3) throw new AppError('disk_full', 'The disk is full.', { retryable: true });
          isPlanned.open();
          return store.writePlan(plan);
        },
      }),
    });
    await home.addTitle(film, 'film');
    await home.addTitle(film, 'other');
    await Promise.all([home.preparer.prepare('film'), home.preparer.prepare('other')]);
    await isPlanned.opened;
    expect(states(home.events)).not.toContain('failed');
    await home.preparer.dropTitle('film');
    await home.titleIs('other', 'complete');
  });

  test('that is no film fails its title and is kept, and the next title goes on', async () => {
    const home = await openHome(await newHome());
    const notes = join(clips, 'notes.mp4');
    await writeFile(notes, 'this is no film\n'.repeat(100));
    await home.addTitle(notes, 'notes');
    await home.addTitle(film, 'film');
    await Promise.all([home.preparer.prepare('notes'), home.preparer.prepare('film')]);
    expect(await home.store.readTitle('notes')).toMatchObject({ error: { code: expect.stringMatching(/^source_/) } });
    expect((await readdir(join(home.home, 'failed'))).sort()).toEqual(['notes.mp4', 'notes.mp4.error.json']);
    await home.titleIs('film', 'complete');
  });
});

describe('a poster', () => {
  test('is made after the first chunk, of 640 pixels, and told of', async () => {
    const home = await openHome(await newHome());
    await home.addTitle(film, 'film');
    const madeAfter = home.waitFor((event) => event.type === 'chunk' && event.state === 'done');
    await home.preparer.prepare('film');
    expect(await home.store.readAsset('film', 'poster.jpg')).toBeUndefined();
    await madeAfter;
    const poster = await new Promise<Uint8Array>((resolve) => {
      home.bus.subscribe(async (event) => {
        const asset = event.type === 'title' ? await home.store.readAsset('film', 'poster.jpg') : undefined;
        if (asset) resolve(asset);
      });
    });
    // SOF0: marker, length, precision, height, width.
    const frame = Buffer.from(poster).indexOf(Buffer.from([0xff, 0xc0]));
    expect([Buffer.from(poster).readUInt16BE(frame + 7), Buffer.from(poster).readUInt16BE(frame + 5)]).toEqual([640, 360]);
  });

  test('is not made of sound without a cover', async () => {
    const home = await openHome(await newHome());
    await home.addTitle(song, 'song');
    await home.preparer.prepare('song');
    await home.titleIs('song', 'complete');
    await home.preparer.close();
    expect(await home.store.readAsset('song', 'poster.jpg')).toBeUndefined();
    expect((await home.store.readPlan('song'))?.renditions.map(({ kind }) => kind)).toEqual(['audio']);
  });
});

describe('a storyboard', () => {
  const storyboardOf = (home: OpenHome) =>
    new Promise<string>((resolve) => {
      const look = async () => {
        const asset = await home.store.readAsset('film', 'storyboard.vtt');
        if (asset) resolve(Buffer.from(asset).toString());
      };
      home.bus.subscribe(() => void look());
      void look();
    });

  test('is made after the first chunk, its sheets before what names them, and told of', async () => {
    const put: string[] = [];
    const home = await openHome(await newHome(), {
      wrapStore: (store) => ({
        ...store,
        putAsset: (titleId, name, bytes) => {
          if (name.startsWith('storyboard')) put.push(name);
          return store.putAsset(titleId, name, bytes);
        },
      }),
    });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    expect(await home.store.readAsset('film', 'storyboard.vtt')).toBeUndefined();
    expect(await storyboardOf(home)).toContain('storyboard-0.jpg#xywh=384,0,192,108');
    expect(put).toEqual(['storyboard-0.jpg', 'storyboard.vtt']);
  });

  test('waits while background work is paused, and so does the poster', async () => {
    const home = await openHome(await newHome());
    await home.engine.setBackgroundPaused(true);
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.waitFor((event) => event.type === 'chunk' && event.cause === 'first' && event.state === 'done');
    await home.waitForFile('film', 'v90', '5.m4s', new AbortController().signal);
    expect(await home.store.listAssets('film')).toEqual([]);
    await home.engine.setBackgroundPaused(false);
    expect(await storyboardOf(home)).toContain('WEBVTT');
    await home.titleIs('film', 'complete');
    await expect.poll(() => home.store.listAssets('film')).toContain('poster.jpg');
  });

  test('that a kill has prevented is made by the next start', async () => {
    const folder = await newHome();
    const first = await openHome(folder);
    await first.addTitle(film, 'film');
    await first.preparer.prepare('film');
    await storyboardOf(first);
    await first.titleIs('film', 'complete');
    await first.close();
    await rm(join(folder, 'streams', 'film', 'storyboard.vtt'));
    const second = await openHome(folder);
    await second.preparer.prepare('film');
    expect(await storyboardOf(second)).toContain('WEBVTT');
  });

  test('is called off with its title', async () => {
    const home = await openHome(await newHome(), { encoders: 0 });
    await home.addTitle(film, 'film');
    await home.preparer.prepare('film');
    await home.preparer.dropTitle('film');
    expect(await home.store.readAsset('film', 'storyboard.vtt')).toBeUndefined();
  });
});

describe('after a start with another encoder', () => {
  const OTHER = { tools: { encoderFingerprint: 'libx264 of another build' } };

  test('an unfinished title gets a new revision with new URLs, and the old URLs still answer', async () => {
    const folder = await newHome();
    const first = await openHome(folder, OTHER);
    await first.addTitle(film, 'film');
    await first.preparer.prepare('film');
    await first.waitFor((event) => event.type === 'segment' && event.segment === 1);
    await first.close();
    const before = await segmentFiles(folder, 'film');
    expect(before.size).toBeLessThan(18);

    const second = await openHome(folder);
    await second.queue.clear();
    await second.preparer.prepare('film');
    expect(await second.waitFor(isPlan)).toEqual({ type: 'plan', titleId: 'film', revision: 1 });
    expect(await second.store.readTitle('film')).toMatchObject({ planRevision: 1 });
    expect((await second.store.readPlan('film', 1))?.renditions.map(({ id }) => id)).toEqual(['v90-r1', 'a1-r1', 'i90-r1']);
    await second.titleIs('film', 'complete');
    const forever = new AbortController().signal;
    expect(await second.waitForFile('film', 'v90', '0.m4s', forever)).toBe('ready');
    // This encoder makes the same parameter sets, so it may go on with the old revision too.
    expect(await second.waitForFile('film', 'v90', '5.m4s', forever)).toBe('ready');
    const after = await segmentFiles(folder, 'film');
    for (const [name, file] of before) expect([name, after.get(name)]).toEqual([name, file]);
    expect(await second.catalogue.getTitle('film')).toMatchObject({ state: 'complete', segmentsPlanned: 18, segmentsCommitted: 18 });
  });

  test('what cannot be added to an old revision fails no title', async () => {
    const folder = await newHome();
    const first = await openHome(folder, OTHER);
    await first.addTitle(film, 'film');
    await first.preparer.prepare('film');
    await first.waitFor((event) => event.type === 'segment' && event.segment === 1);
    await first.close();
    // The old revision's parameter sets are others than this encoder's.
    const init = join(folder, 'streams', 'film', 'v90', 'init.mp4');
    await rm(init);
    await writeFile(init, 'other parameter sets');

    const second = await openHome(folder, { waitMs: 1 });
    await second.queue.clear();
    await second.preparer.prepare('film');
    await second.titleIs('film', 'complete');
    expect(await second.waitForFile('film', 'v90', '5.m4s', new AbortController().signal)).toBe('timeout');
    const failures = () => second.events.filter((event) => event.type === 'chunk' && event.state === 'failed');
    await second.waitFor(() => failures().length === 3);
    await second.scheduler.close();
    expect(await second.catalogue.getTitle('film')).toMatchObject({ state: 'complete' });
    expect(states(second.events)).not.toContain('failed');
  });

  test('a complete title keeps its plan', async () => {
    const folder = await newHome();
    const first = await openHome(folder, OTHER);
    await first.addTitle(film, 'film');
    await first.preparer.prepare('film');
    await first.titleIs('film', 'complete');
    await first.close();
    const second = await openHome(folder);
    await second.preparer.prepare('film');
    expect(second.events.some(isPlan)).toBe(false);
    expect(await second.store.readPlan('film')).toMatchObject({ revision: 0 });
    expect(await second.queue.list()).toEqual([]);
  });
});

test('a complete title that lost a segment is not failed by an encoder that may not make it', async () => {
  const folder = await newHome();
  const first = await openHome(folder, { tools: { encoderFingerprint: 'libx264 of another build' } });
  await first.addTitle(film, 'film');
  await first.preparer.prepare('film');
  await first.titleIs('film', 'complete');
  await first.close();
  await rm(join(folder, 'streams', 'film', 'v90', '3.m4s'));
  const second = await openHome(folder, { waitMs: 1 });
  expect(await second.waitForFile('film', 'v90', '3.m4s', new AbortController().signal)).toBe('timeout');
  await second.waitFor(() => second.events.filter((event) => event.type === 'chunk' && event.state === 'failed').length === 3);
  await second.scheduler.close();
  expect(states(second.events)).not.toContain('failed');
  expect(await second.store.readTitle('film')).not.toHaveProperty('error');
});

describe('a start after a kill', () => {
  test('between the plan and the record that names it goes on with that plan', async () => {
    const folder = await newHome();
    const first = await openHome(folder);
    const record = await first.addTitle(film, 'film');
    await first.preparer.prepare('film');
    const plan = await first.store.readPlan('film');
    await first.close();
    const second = await openHome(folder);
    await second.queue.clear();
    await second.store.writeTitle(record);
    await second.preparer.prepare('film');
    await second.titleIs('film', 'complete');
    expect(await second.store.readPlan('film')).toEqual(plan);
    expect(await second.store.readTitle('film')).toMatchObject({ planRevision: 0, sourceInfo: { audio: [{ codec: 'aac' }] } });
  });

  test('of a title whose plan is older than its newest revision names the newest', async () => {
    const folder = await newHome();
    const first = await openHome(folder, { tools: { encoderFingerprint: 'libx264 of another build' } });
    await first.addTitle(film, 'film');
    await first.preparer.prepare('film');
    await first.close();
    const record = (await first.store.readTitle('film'))!;
    const second = await openHome(folder);
    await second.queue.clear();
    await second.preparer.prepare('film');
    await second.close();
    await second.store.writeTitle(record);
    const third = await openHome(folder);
    await third.queue.clear();
    await third.preparer.prepare('film');
    await third.titleIs('film', 'complete');
    expect(await third.store.readTitle('film')).toMatchObject({ planRevision: 1 });
    expect(await third.store.readPlan('film')).toMatchObject({ revision: 1 });
  });
});

describe('what waits for its probe', () => {
  test('is called off by removing the title, without waiting for the probes before it', async () => {
    const folder = await newHome();
    const home = await openHome(folder);
    const ids = ['one', 'two', 'three', 'four'];
    for (const id of ids) await home.addTitle(film, id);
    const prepared = ids.map((id) => home.preparer.prepare(id));
    await home.titleIs('one', 'probing');
    await home.removeTitle('four');
    expect(home.events.some((event) => event.type === 'title' && event.titleId === 'four')).toBe(false);
    await Promise.all(prepared);
    await Promise.all(['one', 'two', 'three'].map((id) => home.titleIs(id, 'complete')));
  });

  test('ends with the preparer', async () => {
    const folder = await newHome();
    const home = await openHome(folder);
    const ids = ['one', 'two', 'three', 'four'];
    for (const id of ids) await home.addTitle(film, id);
    const prepared = ids.map((id) => home.preparer.prepare(id));
    await home.titleIs('one', 'probing');
    await home.close();
    await Promise.all(prepared);
    expect(await processesNaming(folder)).toEqual([]);
    expect(states(home.events)).not.toContain('failed');
    expect(await readdir(join(folder, 'failed'))).toEqual([]);
  });
});
