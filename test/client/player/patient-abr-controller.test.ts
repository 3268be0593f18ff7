import { AbrController } from 'hls.js';
import { describe, expect, test } from 'vitest';
import { PatientAbrController } from '../../../client/src/player/patient-abr-controller.ts';

const silent = () => undefined;
const hls = {
  config: { abrEwmaSlowVoD: 9, abrEwmaFastVoD: 3, abrEwmaDefaultEstimate: 4_000_000 },
  logger: { log: silent, debug: silent, trace: silent, info: silent, warn: silent, error: silent },
  on: silent,
  off: silent,
} as unknown as ConstructorParameters<typeof AbrController>[0];

interface Seen {
  _abandonRulesCheck: () => void;
  fragCurrent: unknown;
}

/** Puts a segment in flight and tells whether hls.js's own rule looked at it. */
function isRuleReached(stats: { loaded: number; aborted: boolean }): boolean {
  let isReached = false;
  const controller = new PatientAbrController(
    new Proxy(hls, {
      get(target, name) {
        // The rule begins by asking what is played.
        if (name === 'media') isReached = true;
        return Reflect.get(target, name);
      },
    }),
  ) as unknown as Seen;
  controller.fragCurrent = { stats: { ...stats, loading: { start: 0, first: 0, end: 0 } } };
  controller._abandonRulesCheck();
  return isReached;
}

describe('the abandon rule', () => {
  test('is where hls.js 1.7 has it', () => {
    const controller = new AbrController(hls) as unknown as Record<string, unknown>;
    expect(controller._abandonRulesCheck).toBeTypeOf('function');
    expect(controller).toHaveProperty('fragCurrent');
    expect(controller).toHaveProperty('partCurrent');
  });

  test('waits while no byte has arrived: the segment is being encoded', () => {
    expect(isRuleReached({ loaded: 0, aborted: false })).toBe(false);
  });

  test('looks at a segment that is arriving, and at one that was aborted', () => {
    expect(isRuleReached({ loaded: 1, aborted: false })).toBe(true);
    expect(isRuleReached({ loaded: 0, aborted: true })).toBe(true);
  });
});

describe('the rung to load', () => {
  const level = (name: string) => ({ uri: `/titles/t/${name}/media.m3u8`, loadError: 0 });
  const levels = ['v360', 'v720', 'v1080'].map(level);

  test.each([
    ['is one that is stored at the end of the buffer', { len: 2, end: 40 }, 1],
    ['is the line’s where nothing is known', { len: 2, end: 400 }, 2],
  ])('%s', (_title, ahead, next) => {
    const lookAt = (playlistUrl: string, seconds: number) =>
      seconds > 100
        ? undefined
        : ({ place: playlistUrl.includes('v720') && seconds > 40 ? 'stored' : 'missing', encodeSpeed: null } as const);
    const player = { ...hls, levels, minAutoLevel: 0, maxAutoLevel: 2, loadLevel: 2, mainForwardBufferInfo: ahead };
    const controller = new PatientAbrController(player as unknown as typeof hls, lookAt);
    controller.nextAutoLevel = 2;
    expect(controller.nextAutoLevel).toBe(next);
  });
});

test('the rung to load is of the codec that hls.js has chosen, whatever is stored of others', () => {
  const level = (name: string, codecSet: string) => ({ uri: `/titles/t/${name}/media.m3u8`, loadError: 0, codecSet });
  const levels = [level('v360-av1', 'av01'), level('v360', 'avc1'), level('v720-av1', 'av01'), level('v720', 'avc1')];
  const lookAt = (playlistUrl: string) => ({ place: playlistUrl.includes('v360') ? 'stored' : 'missing', encodeSpeed: null }) as const;
  const player = { ...hls, levels, minAutoLevel: 0, maxAutoLevel: 3, loadLevel: 2, mainForwardBufferInfo: { len: 2, end: 40 } };
  const controller = new PatientAbrController(player as unknown as typeof hls, lookAt);
  controller.nextAutoLevel = 2;
  expect(controller.nextAutoLevel).toBe(0);
});

describe('a higher rung, which may have to be encoded first', () => {
  test.each([
    ['is not tried on a short buffer', { loadLevel: 1, bufferSeconds: 7.9, wanted: 2, next: 1 }],
    ['is tried when the buffer can pay for it', { loadLevel: 1, bufferSeconds: 8, wanted: 2, next: 2 }],
    ['may be what playback begins with', { loadLevel: -1, bufferSeconds: 0, wanted: 2, next: 2 }],
    ['is no lower one, which never waits', { loadLevel: 1, bufferSeconds: 0, wanted: 0, next: 0 }],
  ])('%s', (_title, { loadLevel, bufferSeconds, wanted, next }) => {
    const levels = [0, 1, 2].map(() => ({ uri: '', loadError: 0 }));
    const player = { ...hls, levels, minAutoLevel: 0, maxAutoLevel: 2, loadLevel, mainForwardBufferInfo: { len: bufferSeconds, end: 0 } };
    const controller = new PatientAbrController(player as unknown as typeof hls);
    controller.nextAutoLevel = wanted;
    expect(controller.nextAutoLevel).toBe(next);
  });
});

test('the wait before the first byte does not count as the server being far away', () => {
  class Exposed extends PatientAbrController {
    loadedTtfbMs(): number {
      const stats = { aborted: false, loaded: 500_000, loading: { start: 1_000, first: 2_500, end: 3_000 } };
      for (let times = 0; times < 9; times++)
        this.onFragLoaded('hlsFragLoaded' as never, { frag: { type: 'main', sn: 1, stats } } as never);
      expect(stats.loading.start).toBe(1_000);
      return this.bwEstimator.getEstimateTTFB();
    }
  }
  expect(new Exposed(hls).loadedTtfbMs()).toBeLessThan(100);
});

test('the wait before the first byte does not count as the line being slow', () => {
  class Exposed extends PatientAbrController {
    bufferedBps(): number {
      const loading = { start: 0, first: 4_000, end: 4_500 };
      const stats = { aborted: false, loaded: 500_000, loading, parsing: { start: 4_500, end: 4_500 }, bwEstimate: 0 };
      const data = { frag: { type: 'main', sn: 1, bitrate: 1_000_000, stats }, part: null, stats, id: 'main' };
      this.onFragBuffered('hlsFragBuffered' as never, data as never);
      // What others read of the request stays true.
      expect(loading.start).toBe(0);
      return this.bwEstimator.getEstimate();
    }
  }
  expect(new Exposed(hls).bufferedBps()).toBeCloseTo(8_000_000, -4);
});

test('a small player stays with the codec that it has begun with', () => {
  const level = (height: number, codecSet: string) => ({ uri: '', height, codecSet, loadError: 0, fragmentError: 0 });
  const levels = [level(240, 'avc1'), level(240, 'av01'), level(360, 'avc1'), level(360, 'av01')];
  // As hls.js limits it: to the last level of the size that fits.
  const player = { ...hls, levels, minAutoLevel: 0, maxAutoLevel: 1, loadLevel: 2, mainForwardBufferInfo: { len: 0, end: 0 } };
  const controller = new PatientAbrController(player as unknown as typeof hls);
  controller.nextAutoLevel = 2;
  expect(controller.nextAutoLevel).toBe(0);
});
