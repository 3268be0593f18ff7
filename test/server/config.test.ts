import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSettings } from '../../server/config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const writeConfig = (text: string) => writeFileSync(join(folder, 'millrace.config.json'), text);
const load = (env: NodeJS.ProcessEnv = {}) => loadSettings({ env, folder });

describe('loadSettings', () => {
  test('works with nothing set', () => {
    expect(load()).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      SEGMENT_SECONDS: 4,
      CODECS: ['h264'],
      SAMPLE: true,
      MEDIA_DIR: join(folder, 'media'),
    });
    expect(load().MAX_DISK_BYTES).toBeUndefined();
  });

  test('the environment goes before the file, the file before the defaults', () => {
    writeConfig('{"PORT": 4000, "LOG_LEVEL": "debug", "LADDER": [720, 360]}');
    expect(load({ PORT: '5000' })).toMatchObject({ PORT: 5000, LOG_LEVEL: 'debug', LADDER: [720, 360], HOST: '127.0.0.1' });
  });

  test('reads numbers, switches and lists from text', () => {
    const settings = load({
      DEMAND_WAIT_SECONDS: '2.5',
      SAMPLE: '0',
      INBOX_POLLING: 'true',
      MAX_DISK_BYTES: '250000000000',
      LADDER: '1080, 720',
      ALLOWED_HOSTS: 'a.example,b.example',
    });
    expect(settings).toMatchObject({
      DEMAND_WAIT_SECONDS: 2.5,
      SAMPLE: false,
      INBOX_POLLING: true,
      MAX_DISK_BYTES: 250_000_000_000,
      LADDER: [1080, 720],
      ALLOWED_HOSTS: ['a.example', 'b.example'],
    });
  });

  test('an empty variable counts as unset, and one that is no setting as somebody else’s', () => {
    expect(load({ PORT: '', API_TOKEN: ' ', SHELL: '/bin/sh' })).toMatchObject({ PORT: 3000 });
  });

  test.each([
    [{ PORT: 'http' }, /PORT in the environment: must be a number/],
    [{ PORT: '70000' }, /PORT in the environment/],
    [{ CODECS: 'vp9' }, /CODECS in the environment: must be of h264, hevc, av1/],
    [{ MAX_DISK_BYTES: '0' }, /MAX_DISK_BYTES in the environment/],
    [{ MAX_DISK_BYTES: '10GB' }, /MAX_DISK_BYTES in the environment: must be a number/],
    [{ SAMPLE: 'maybe' }, /SAMPLE in the environment: must be 1 or 0/],
    [{ LADDER: '1080,big' }, /LADDER in the environment: must be heights/],
    [{ BASE_URL: 'films.example.org' }, /BASE_URL in the environment: must be an address/],
    [{ BASE_URL: 'ftp://films.example.org' }, /BASE_URL in the environment: must be an address/],
    [{ BASE_URL: 'https://example.org/films' }, /BASE_URL in the environment: must have no path/],
    [{ TRUST_PROXY: '10.0.0.0/40' }, /TRUST_PROXY in the environment: must be addresses/],
    [{ PRESET: 'warp' }, /PRESET in the environment: must be one of superfast/],
  ])('refuses %o and says where it stands', (env, message) => {
    expect(() => load(env)).toThrow(expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(message) }));
  });

  test('refuses a key in the file that is no setting', () => {
    writeConfig('{"PROT": 4000}');
    expect(() => load()).toThrow(/PROT in millrace\.config\.json: there is no such setting/);
  });

  test.each(['{', '[]', 'null', '7'])('refuses a file that holds %s', (text) => {
    writeConfig(text);
    expect(() => load()).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });
});
