import { expect, test } from 'vitest';
import { loadSettings } from '../../server/config.ts';
import { planSettings } from '../../server/plan-settings.ts';

test.each([
  ['by itself', {}, true],
  ['unless it is switched off', { CONTENT_AWARE: '0' }, false],
])('a ladder fits its picture %s', (_when, env, isContentAware) => {
  expect(planSettings(loadSettings({ env, folder: '/nowhere' }))).toMatchObject({ isContentAware });
});
