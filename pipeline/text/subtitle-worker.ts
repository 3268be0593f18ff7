import { parentPort, workerData } from 'node:worker_threads';
import { readSubtitles, type SubtitleJob } from './read-subtitles.ts';

const read = readSubtitles(workerData as SubtitleJob);
parentPort?.postMessage(
  read,
  read.tracks.map(({ vtt }) => vtt.buffer),
);
