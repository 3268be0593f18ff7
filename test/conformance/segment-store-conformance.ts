import { expect, test } from 'vitest';
import type { SegmentStore } from '../../pipeline/storage/segment-store.ts';
import { bytesOf, textOf, titlePlan, titleRecord } from './fixtures.ts';

/** What every SegmentStore driver does. `createStore` answers a new, empty one. */
export function segmentStoreConformance(createStore: () => SegmentStore): void {
  async function storeWithTitle(): Promise<SegmentStore> {
    const store = createStore();
    await store.writeTitle(titleRecord('t1'));
    return store;
  }

  test('an empty store lists nothing and reads nothing', async () => {
    const store = createStore();
    expect(await store.listTitles()).toEqual([]);
    expect(await store.readTitle('t1')).toBeUndefined();
    expect(await store.readPlan('t1')).toBeUndefined();
    expect(await store.readPlan('t1', 0)).toBeUndefined();
    expect(await store.statFile('t1', 'v360', '0.m4s')).toBeUndefined();
    expect(await store.readFile('t1', 'v360', '0.m4s')).toBeUndefined();
    expect(await store.listSegments('t1', 'v360')).toEqual([]);
    expect(await store.readAsset('t1', 'poster.jpg')).toBeUndefined();
    await store.removeTitle('t1');
  });

  test('a title is read as it was written, and the last writing counts', async () => {
    const store = await storeWithTitle();
    expect(await store.readTitle('t1')).toEqual(titleRecord('t1'));
    const renamed = titleRecord('t1', { name: '🎬 "new" name', planRevision: 0 });
    await store.writeTitle(renamed);
    expect(await store.readTitle('t1')).toEqual(renamed);
    await store.writeTitle(titleRecord('t2'));
    expect(await store.listTitles()).toEqual(['t1', 't2']);
  });

  test('a plan revision is never replaced, and the highest is current', async () => {
    const store = await storeWithTitle();
    const revisions = [0, 2, 10].map((revision) => titlePlan('t1', { revision }));
    for (const plan of revisions) expect(await store.writePlan(plan)).toBe('stored');
    expect(await store.writePlan(titlePlan('t1', { revision: 2, segments: 99 }))).toBe('exists');
    expect(await store.readPlan('t1', 2)).toEqual(revisions[1]);
    expect(await store.readPlan('t1')).toEqual(revisions[2]);
    expect(await store.readPlan('t1', 1)).toBeUndefined();
  });

  test('the first segment under a number stays; another is answered with exists', async () => {
    const store = await storeWithTitle();
    expect(await store.putSegment('t1', 'v360', 4, bytesOf('first'))).toBe('stored');
    expect(await store.putSegment('t1', 'v360', 4, bytesOf('second'))).toBe('exists');
    expect(textOf(await store.readFile('t1', 'v360', '4.m4s'))).toBe('first');
  });

  test('of many writers of one segment exactly one stores it', async () => {
    const store = await storeWithTitle();
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => store.putSegment('t1', 'v360', 0, bytesOf(`writer ${n}`))));
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
    expect(textOf(await store.readFile('t1', 'v360', '0.m4s'))).toBe(`writer ${outcomes.indexOf('stored')}`);
  });

  test('the first init segment of a rendition decides: the same bytes again are same, others conflict', async () => {
    const store = await storeWithTitle();
    expect(await store.putInit('t1', 'v360', bytesOf('init'))).toBe('stored');
    expect(await store.putInit('t1', 'v360', bytesOf('init'))).toBe('same');
    expect(await store.putInit('t1', 'v360', bytesOf('tini'))).toBe('conflict');
    expect(await store.putInit('t1', 'a1', bytesOf('tini'))).toBe('stored');
    expect(textOf(await store.readFile('t1', 'v360', 'init.mp4'))).toBe('init');
  });

  test('segments are listed by number with their sizes, without the init segment', async () => {
    const store = await storeWithTitle();
    await store.putInit('t1', 'v360', bytesOf('init'));
    for (const segment of [10, 9, 0, 100]) await store.putSegment('t1', 'v360', segment, new Uint8Array(segment + 1));
    expect(await store.listSegments('t1', 'v360')).toEqual([0, 9, 10, 100].map((segment) => ({ segment, sizeBytes: segment + 1 })));
    expect(await store.listSegments('t1', 'a1')).toEqual([]);
  });

  test('a removed segment is gone alone, and may be put anew', async () => {
    const store = await storeWithTitle();
    await store.putInit('t1', 'v360', bytesOf('init'));
    for (const segment of [0, 1]) await store.putSegment('t1', 'v360', segment, bytesOf('first'));
    await store.putSegment('t1', 'a1', 0, bytesOf('first'));
    await store.removeSegment('t1', 'v360', 0);
    expect(await store.statFile('t1', 'v360', '0.m4s')).toBeUndefined();
    expect(await store.listSegments('t1', 'v360')).toEqual([{ segment: 1, sizeBytes: 5 }]);
    expect(await store.listSegments('t1', 'a1')).toHaveLength(1);
    expect(textOf(await store.readFile('t1', 'v360', 'init.mp4'))).toBe('init');
    expect(await store.putSegment('t1', 'v360', 0, bytesOf('second'))).toBe('stored');
    expect(textOf(await store.readFile('t1', 'v360', '0.m4s'))).toBe('second');
  });

  test('removing a segment that is not there is no error, whatever its name', async () => {
    const store = await storeWithTitle();
    await store.putSegment('t1', 'v360', 0, bytesOf('x'));
    await store.removeSegment('t1', 'v360', 1);
    await store.removeSegment('t1', 'a1', 0);
    await store.removeSegment('t2', 'v360', 0);
    for (const segment of [-1, 0.5, Number.NaN]) await store.removeSegment('t1', 'v360', segment);
    await store.removeSegment('t1/v360', 'x', 0);
    await store.removeSegment('t1', '../t1/v360', 0);
    expect(await store.listSegments('t1', 'v360')).toHaveLength(1);
  });

  test('of many who remove one segment none fails', async () => {
    const store = await storeWithTitle();
    await store.putSegment('t1', 'v360', 0, bytesOf('x'));
    await Promise.all(Array.from({ length: 20 }, () => store.removeSegment('t1', 'v360', 0)));
    expect(await store.listSegments('t1', 'v360')).toEqual([]);
  });

  test('a byte range is inclusive and ends with the file', async () => {
    const store = await storeWithTitle();
    await store.putSegment('t1', 'v360', 0, bytesOf('0123456789'));
    const range = async (start: number, end: number) => textOf(await store.readFile('t1', 'v360', '0.m4s', { start, end }));
    expect(await range(0, 0)).toBe('0');
    expect(await range(3, 5)).toBe('345');
    expect(await range(8, 500)).toBe('89');
    expect(await range(10, 20)).toBe('');
    expect(await store.readFile('t1', 'v360', '1.m4s', { start: 0, end: 1 })).toBeUndefined();
  });

  test('statFile tells size and time of what is there', async () => {
    const store = await storeWithTitle();
    const beforeMs = Date.now();
    await store.putSegment('t1', 'v360', 0, bytesOf('12345'));
    const stored = await store.statFile('t1', 'v360', '0.m4s');
    expect(stored?.sizeBytes).toBe(5);
    expect(Number.isInteger(stored?.modifiedAtMs)).toBe(true);
    expect(Math.abs((stored?.modifiedAtMs ?? 0) - beforeMs)).toBeLessThan(60_000);
  });

  test('an asset is replaced by the next one of its name', async () => {
    const store = await storeWithTitle();
    await store.putAsset('t1', 'poster.jpg', bytesOf('old'));
    await store.putAsset('t1', 'poster.jpg', bytesOf('new'));
    expect(textOf(await store.readAsset('t1', 'poster.jpg'))).toBe('new');
    expect(await store.listAssets('t1')).toEqual(['poster.jpg']);
  });

  test('a removed title is gone with all that is in it, and others stay', async () => {
    const store = await storeWithTitle();
    await store.writeTitle(titleRecord('t2'));
    await store.writePlan(titlePlan('t1'));
    await store.putSegment('t1', 'v360', 0, bytesOf('x'));
    await store.removeTitle('t1');
    expect(await store.listTitles()).toEqual(['t2']);
    expect(await store.readPlan('t1')).toBeUndefined();
    expect(await store.readFile('t1', 'v360', '0.m4s')).toBeUndefined();
  });

  test('work that was in flight does not bring a removed title back', async () => {
    const store = await storeWithTitle();
    await store.removeTitle('t1');
    await expect(store.putSegment('t1', 'v360', 0, bytesOf('late'))).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.putInit('t1', 'v360', bytesOf('late'))).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.writePlan(titlePlan('t1'))).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.putAsset('t1', 'poster.jpg', bytesOf('late'))).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.readFile('t1', 'v360', '0.m4s')).toBeUndefined();
  });

  const badNames = ['', '.', '..', '../t1', 't1/..', '/etc', 'a\0b', '영화', 'x'.repeat(65), 'a.b', '.tmp-1-a-0'];

  test.each(badNames)('nothing is stored or found under the title id %j', async (name) => {
    const store = await storeWithTitle();
    await expect(store.writeTitle(titleRecord(name))).rejects.toMatchObject({ code: 'name_invalid' });
    await expect(store.putSegment(name, 'v360', 0, bytesOf('x'))).rejects.toMatchObject({ code: 'name_invalid' });
    await expect(store.putAsset(name, 'poster.jpg', bytesOf('x'))).rejects.toMatchObject({ code: 'name_invalid' });
    expect(await store.readTitle(name)).toBeUndefined();
    expect(await store.readPlan(name)).toBeUndefined();
    expect(await store.listSegments(name, 'v360')).toEqual([]);
    await store.removeTitle(name);
    expect(await store.listTitles()).toEqual(['t1']);
  });

  test.each([...badNames, 'V360', '1080'])('nothing is stored or found under the rendition id %j', async (name) => {
    const store = await storeWithTitle();
    await expect(store.putSegment('t1', name, 0, bytesOf('x'))).rejects.toMatchObject({ code: 'name_invalid' });
    await expect(store.putInit('t1', name, bytesOf('x'))).rejects.toMatchObject({ code: 'name_invalid' });
    expect(await store.readFile('t1', name, '0.m4s')).toBeUndefined();
    expect(await store.statFile('t1', name, 'init.mp4')).toBeUndefined();
    expect(await store.listSegments('t1', name)).toEqual([]);
  });

  test.each(['..', '../title.json', '01.m4s', '-1.m4s', '1e3.m4s', '1.m4s/', 'init.mp4.', 'media.m3u8', ''])(
    'a rendition has no file %j',
    async (fileName) => {
      const store = await storeWithTitle();
      await store.putSegment('t1', 'v360', 1, bytesOf('x'));
      expect(await store.readFile('t1', 'v360', fileName)).toBeUndefined();
      expect(await store.statFile('t1', 'v360', fileName)).toBeUndefined();
    },
  );

  test.each([-1, 1.5, Number.NaN, 1e21])('there is no segment %d', async (segment) => {
    const store = await storeWithTitle();
    await expect(store.putSegment('t1', 'v360', segment, bytesOf('x'))).rejects.toMatchObject({ code: 'name_invalid' });
  });

  test.each(['title.json', 'plan-0.json', '../x.jpg', 'Poster.jpg', 'poster.exe', '.jpg'])('no asset is called %j', async (name) => {
    const store = await storeWithTitle();
    await expect(store.putAsset('t1', name, bytesOf('x'))).rejects.toMatchObject({ code: 'name_invalid' });
    expect(await store.readAsset('t1', name)).toBeUndefined();
  });
}
