import { expect, test } from 'vitest';
import { type Choice, chooseRung, chooseSound } from '../../../../pipeline/model/progressive/choose-renditions.ts';
import { audioRendition, hevcRung, samplePlan, smallRung, videoRendition } from '../hls/sample-plan.ts';

const plan = samplePlan({
  renditions: [
    ...[videoRendition({ id: 'v1080', width: 1920, height: 1080, maxrateBps: 6_000_000 }), videoRendition(), smallRung(), hevcRung()],
    ...[
      audioRendition(),
      audioRendition({ id: 'a1-surround', channels: 6 }),
      audioRendition({ id: 'a2', language: 'ko', isDefault: false }),
    ],
  ],
});
const idOf = (choice: Choice<{ id: string }>): string => (choice.kind === 'chosen' ? choice.rendition.id : choice.kind);

test.each([
  ['the best rung that is complete', {}, ['v540', 'v360'], 'v540'],
  ['while none is, the one that is encoded first', {}, [], 'v540'],
  ['none of another codec, though it is complete', {}, ['v360-hevc', 'v360'], 'v360'],
  ['the best rung of that quality at the most', { quality: '720' }, [], 'v540'],
  ['that quality', { quality: '360p' }, ['v1080'], 'v360'],
  ['no rung below all', { quality: '100' }, [], 'unknown'],
  ['no rung of words', { quality: 'best' }, [], 'unknown'],
  ['the rung that is named', { rendition: 'v360-hevc' }, ['v540'], 'v360-hevc'],
  ['no sound for a picture', { rendition: 'a1' }, [], 'unknown'],
])('%s', (_, wish, complete: readonly string[], expected) => {
  expect(idOf(chooseRung(plan, wish, ({ id }) => complete.includes(id)))).toBe(expected);
});

test.each([
  ['the default sound', {}, 'a1'],
  ['the sound that is named', { audio: 'a1-surround' }, 'a1-surround'],
  ['the first of a language', { audio: 'ko' }, 'a2'],
  ['none that is not there', { audio: 'xx' }, 'unknown'],
])('%s', (_, wish, expected) => {
  expect(idOf(chooseSound(plan, wish))).toBe(expected);
});

test('a title without it has none, and an id is found in every revision of a plan', () => {
  expect(idOf(chooseRung(samplePlan({ renditions: [audioRendition()] }), {}, () => true))).toBe('none');
  expect(idOf(chooseSound(samplePlan({ renditions: [videoRendition()] }), {}))).toBe('none');
  const revised = samplePlan({ revision: 2, renditions: [videoRendition({ id: 'v540-r2' })] });
  for (const rendition of ['v540', 'v540-r2']) expect(idOf(chooseRung(revised, { rendition }, () => false))).toBe('v540-r2');
});
