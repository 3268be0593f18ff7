import { expect, test } from 'vitest';
import { decideWait, type WaitFacts } from '../../../client/src/player/decide-wait.ts';

const waiting: WaitFacts = { sinceMs: 10_000, nowMs: 11_000, isBeingMade: true, isBroken: false, isShown: false };

test.each<[string, Partial<WaitFacts>, ReturnType<typeof decideWait>]>([
  ['a second of waiting for what is being made is told', {}, { kind: 'show' }],
  ['a shorter wait is not, so that nothing flickers', { nowMs: 10_400 }, { kind: 'look-again', inMs: 600 }],
  ['a wait for what is stored is the line’s', { isBeingMade: false }, { kind: 'hide' }],
  ['once told it stays until playback goes on', { isBeingMade: false, isShown: true }, { kind: 'show' }],
  ['it is over when nothing waits', { sinceMs: undefined, isShown: true }, { kind: 'hide' }],
  ['a lost connection or a failure is told elsewhere', { isBroken: true, isShown: true }, { kind: 'hide' }],
])('%s', (_title, changes, decision) => {
  expect(decideWait({ ...waiting, ...changes })).toEqual(decision);
});
