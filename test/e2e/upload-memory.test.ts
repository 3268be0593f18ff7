import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TitleView } from '../../pipeline/model/title.ts';
import { makeNumberedClip } from './numbered-clip.ts';
import { canBePlayed, type Millrace, startMillrace } from './start-millrace.ts';

const MIB = 1024 * 1024;
const UPLOAD_BYTES = 1024 * MIB;
const ALLOWED_BYTES = 150 * MIB;

let folder: string;
let millrace: Millrace;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-upload-'));
  millrace = await startMillrace(join(folder, 'media'));
});

afterEach(async () => {
  await millrace?.stop();
  await rm(folder, { recursive: true });
});

test('an upload of 1 GiB keeps the memory of the server within 150 MiB of idle', async () => {
  const clip = join(folder, 'clip.mp4');
  await makeNumberedClip(clip, { seconds: 2, height: 180, frameRate: '25' });
  const film = await readFile(clip);
  const idleBytes = await readStatus('VmRSS');
  await forgetPeak();

  const title = await upload('film.mp4', padded(film));
  const peakBytes = await readStatus('VmHWM');
  console.log(`Idle ${toMiB(idleBytes)} MiB, at most ${toMiB(peakBytes)} MiB while 1 GiB came in`);
  expect(peakBytes - idleBytes).toBeLessThanOrEqual(ALLOWED_BYTES);

  await millrace.untilTitle((candidate) => candidate.id === title.id && canBePlayed(candidate));
  expect((await stat(join(millrace.mediaDir, 'originals', title.id, 'film.mp4'))).size).toBe(UPLOAD_BYTES);
});

/** A film, then a `free` box that fills it up: made as it is sent. */
function* padded(film: Buffer): Generator<Buffer> {
  yield film;
  let left = UPLOAD_BYTES - film.length;
  const header = Buffer.alloc(8);
  header.writeUInt32BE(left);
  header.write('free', 4);
  yield header;
  left -= header.length;
  for (const block = Buffer.alloc(MIB); left > 0; left -= block.length) yield block.subarray(0, Math.min(left, block.length));
}

async function upload(name: string, body: Iterable<Buffer>): Promise<TitleView> {
  const headers = { 'Content-Length': UPLOAD_BYTES };
  const sent = request(`${millrace.url}/api/titles?name=${name}`, { method: 'PUT', headers });
  const answered = once(sent, 'response');
  await pipeline(Readable.from(body), sent);
  const [response] = (await answered) as [IncomingMessage];
  expect(response.statusCode).toBe(201);
  return JSON.parse(Buffer.concat(await response.toArray()).toString()) as TitleView;
}

/** A line of `/proc/<pid>/status` of the server, in bytes. */
async function readStatus(field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${millrace.pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)![1]) * 1024;
}

/** Makes the peak (VmHWM) start anew (proc(5)): no sampling could miss less. */
async function forgetPeak(): Promise<void> {
  await writeFile(`/proc/${millrace.pid}/clear_refs`, '5');
}

function toMiB(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}
