import { describe, expect, test } from 'vitest';
import { areInstalled } from '../../scripts/setup/dependencies.mjs';

const wanted = {
  packages: {
    '': {},
    'node_modules/express': { version: '5.3.0' },
    'node_modules/ffmpeg-static': { version: '5.3.0', optional: true },
  },
};

describe('dependencies are installed anew', () => {
  test.each([
    ['not when all are there', { 'node_modules/express': { version: '5.3.0' }, 'node_modules/ffmpeg-static': { version: '5.3.0' } }, true],
    ['not when an optional one could not be had', { 'node_modules/express': { version: '5.3.0' } }, true],
    ['when one has another version', { 'node_modules/express': { version: '5.2.0' } }, false],
    ['when one is missing', {}, false],
  ])('%s', (_case, packages, expected) => {
    expect(areInstalled(wanted, { packages })).toBe(expected);
  });
});
