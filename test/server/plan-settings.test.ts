import { expect, test } from 'vitest';
import { loadSettings } from '../../server/config.ts';
import { planSettings } from '../../server/plan-settings.ts';

test.each([
  ['fits no picture by itself: its first viewer would wait for that', {}, false],
  ['fits its picture where that is switched on', { CONTENT_AWARE: '1' }, true],
])('a ladder %s', (_when, env, isContentAware) => {
  expect(planSettings(loadSettings({ env, folder: '/nowhere' }))).toMatchObject({ isContentAware });
});
