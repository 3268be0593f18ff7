import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { processStart } from '../../pipeline/process-start.ts';
import { noteRunningServer } from '../../server/running-server.ts';

const NOBODY = 'http://127.0.0.1:9';
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'millrace-home-'));
});

afterEach(async () => {
  await rm(home, { recursive: true });
});

describe('a media home', () => {
  test('is taken by one of two that start at the same moment, and free when that one has given it back', async () => {
    const results = await Promise.allSettled([noteRunningServer(home, NOBODY), noteRunningServer(home, NOBODY)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'already_running' });
    const taken = results.find((result) => result.status === 'fulfilled');
    await taken?.value();
    expect(existsSync(join(home, 'server.json'))).toBe(false);
    await (await noteRunningServer(home, NOBODY))();
  });

  test('that a killed server had taken is taken over', async () => {
    const gone = spawn('true');
    await once(gone, 'close');
    await writeFile(join(home, 'server.json'), JSON.stringify({ url: NOBODY, pid: gone.pid }));
    await noteRunningServer(home, 'http://127.0.0.1:10');
    expect(JSON.parse(await readFile(join(home, 'server.json'), 'utf8'))).toMatchObject({
      url: 'http://127.0.0.1:10',
      pid: process.pid,
    });
  });

  test('that a killed server with our own pid had taken is taken over, as in a container that starts again', async () => {
    await writeFile(join(home, 'server.json'), JSON.stringify({ url: NOBODY, pid: process.pid, start: 'before' }));
    await noteRunningServer(home, NOBODY);
    expect(JSON.parse(await readFile(join(home, 'server.json'), 'utf8'))).not.toMatchObject({ start: 'before' });
  });

  test('stays with a server that lives and does not answer, however long ago it took it', async () => {
    const path = join(home, 'server.json');
    await writeFile(path, JSON.stringify({ url: NOBODY, pid: process.pid, start: processStart(process.pid) }));
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(path, longAgo, longAgo);
    await expect(noteRunningServer(home, NOBODY)).rejects.toMatchObject({ code: 'already_running' });
  });

  test('is given back only by the one that has it', async () => {
    const giveBack = await noteRunningServer(home, NOBODY);
    await writeFile(join(home, 'server.json'), JSON.stringify({ url: NOBODY, pid: process.pid + 1 }));
    await giveBack();
    expect(existsSync(join(home, 'server.json'))).toBe(true);
  });
});
