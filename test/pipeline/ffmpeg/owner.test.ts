import { expect, test, vi } from 'vitest';
import { isOrphansEnvironment, ownedEnvironment, ownOwnerName } from '../../../pipeline/ffmpeg/owner.ts';
import { endedPid } from './ended-pid.ts';

const environmentOf = (owner: string) => ['PATH=/usr/bin', `MILLRACE_OWNER=${owner}`, 'LANG=C', ''].join('\0');

test('an environment is an orphan’s when its owner is gone, also when its pid is used again', async () => {
  expect(isOrphansEnvironment(environmentOf(ownOwnerName()))).toBe(false);
  expect(isOrphansEnvironment(environmentOf(`${process.pid}-1a2b`))).toBe(true);
  expect(isOrphansEnvironment(environmentOf(`${await endedPid()}-1a2b`))).toBe(true);
  expect(isOrphansEnvironment(`NOT_MILLRACE_OWNER=${await endedPid()}-1a2b\0`)).toBe(false);
  expect(isOrphansEnvironment('PATH=/usr/bin\0')).toBe(false);
});

test('what we start knows where programs are, and none of our secrets', () => {
  vi.stubEnv('API_TOKEN', 'secret');
  try {
    const environment = ownedEnvironment();
    expect(environment).toMatchObject({ PATH: process.env.PATH, MILLRACE_OWNER: ownOwnerName() });
    expect(JSON.stringify(environment)).not.toContain('secret');
  } finally {
    vi.unstubAllEnvs();
  }
});
