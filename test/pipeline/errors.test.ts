import { expect, test } from 'vitest';
import { AppError, toAppError } from '../../pipeline/errors.ts';

const thrown = (code: string) => Object.assign(new Error(`${code}: no`), { code });

test.each(['EROFS', 'EACCES', 'EPERM', 'EIO', 'ESTALE', 'ENOTCONN', 'ENODEV', 'EMFILE', 'ENFILE'])(
  '%s is the machine’s refusal: it may be tried again, and says what to do',
  (code) => {
    expect(toAppError(thrown(code))).toMatchObject({
      code: 'store_failed',
      retryable: true,
      message: expect.stringMatching(/work goes on by itself/),
    });
  },
);

test.each(['ENOSPC', 'EDQUOT'])('%s is a full disk, and may be tried again', (code) => {
  expect(toAppError(thrown(code))).toMatchObject({ code: 'disk_full', retryable: true });
});

test('anything else is ours, and not tried again', () => {
  expect(toAppError(thrown('EINVAL'))).toMatchObject({ code: 'internal', retryable: false });
  const own = new AppError('source_empty', 'Empty.');
  expect(toAppError(own)).toBe(own);
});
