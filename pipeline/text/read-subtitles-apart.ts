import { Worker, type WorkerOptions } from 'node:worker_threads';
import { type ReadSubtitles, readSubtitles, type SubtitleJob } from './read-subtitles.ts';

/** Read where they are in a few hundredths of a second, whatever their encoding; a film's subtitles are far longer. */
const READ_HERE_BYTES = 4 * 1024;
/** The largest text in the costliest encoding takes a fraction. */
const MOST_MEMORY_MB = 512;

/** As readSubtitles, but for trifles in a thread of its own: the largest take seconds, in which nobody else would be served. */
export async function readSubtitlesApart(job: SubtitleJob): Promise<ReadSubtitles> {
  if (job.bytes.length <= READ_HERE_BYTES) return readSubtitles(job);
  const worker = startWorker({ workerData: job, resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB } });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The thread that reads subtitles ended without a word.')));
  });
}

/** In development and tests there are sources only, which a thread cannot run by itself. */
function startWorker(options: WorkerOptions): Worker {
  if (import.meta.url.endsWith('.js')) return new Worker(new URL('./subtitle-worker.js', import.meta.url), options);
  const source = JSON.stringify(new URL('./subtitle-worker.ts', import.meta.url).href);
  return new Worker(`import('tsx/esm/api').then(({ register }) => { register(); return import(${source}); })`, { ...options, eval: true });
}
