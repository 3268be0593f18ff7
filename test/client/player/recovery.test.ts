import { expect, test } from 'vitest';
import { decideRecovery } from '../../../client/src/player/recovery.ts';

const none = { network: 0, media: 0 };
const network = { type: 'networkError', details: 'fragLoadError', httpStatus: 503 };
const media = { type: 'mediaError', details: 'bufferAppendError' };

test('the first failure of each kind is recovered from', () => {
  expect(decideRecovery(network, none)).toEqual({ kind: 'restart-load' });
  expect(decideRecovery(media, none)).toEqual({ kind: 'recover-media' });
  expect(decideRecovery(media, { network: 1, media: 0 })).toEqual({ kind: 'recover-media' });
});

test.each([
  [network, 'slow'],
  [{ type: 'networkError', details: 'fragLoadTimeOut' }, 'slow'],
  [{ type: 'networkError', details: 'fragLoadError', httpStatus: 0 }, 'network'],
  [media, 'decode'],
])('the second is told in words: %o is %s', (error, problem) => {
  expect(decideRecovery(error, { network: 1, media: 1 })).toEqual({ kind: 'give-up', problem });
});

test('what is gone is not asked for again', () => {
  expect(decideRecovery({ type: 'networkError', details: 'manifestLoadError', httpStatus: 404 }, none)).toEqual({
    kind: 'give-up',
    problem: 'gone',
  });
});

test('an error of any other kind ends playback at once', () => {
  expect(decideRecovery({ type: 'otherError', details: 'internalException' }, none)).toEqual({ kind: 'give-up', problem: 'unknown' });
});
