import { describe, expect, test } from 'vitest';
import { limitCommand, planLimits } from '../../../pipeline/ffmpeg/confinement.ts';

const GIB = 1024 ** 3;

describe('planLimits', () => {
  test('leaves a small machine a quarter of its memory', () => {
    expect(planLimits({ memoryBytes: 4 * GIB, cores: 2 }).dataBytes).toBe(3 * GIB);
  });

  test('takes no more on a large one than 8K films need, and each core its threads', () => {
    expect(planLimits({ memoryBytes: 512 * GIB, cores: 64 }).dataBytes).toBe(12 * GIB);
  });

  test('leaves a decoder enough to run on the smallest', () => {
    expect(planLimits({ memoryBytes: GIB / 2, cores: 1 }).dataBytes).toBe(GIB);
  });
});

test('the limits are the options of prlimit, and no crash writes memory to the disk', () => {
  const command = limitCommand({ dataBytes: 1, cpuSeconds: 2, fileBytes: 3, openFiles: 4 });
  expect(command).toEqual(['prlimit', '--data=1', '--cpu=2', '--fsize=3', '--nofile=4', '--core=0']);
});
