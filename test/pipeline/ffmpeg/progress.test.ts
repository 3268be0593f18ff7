import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProgressReader, type FfmpegProgress } from '../../../pipeline/ffmpeg/progress.ts';

/** As ffmpeg 5.1 wrote them. */
const REPORTS = `frame=12
fps=0.00
stream_0_0_q=28.0
bitrate=N/A
total_size=1024
out_time_us=400000
out_time=00:00:00.400000
dup_frames=0
drop_frames=0
speed=N/A
progress=continue
frame=250
fps=112.4
out_time=00:00:10.000000
speed=4.49x
progress=continue
frame=251
speed= 5.1x
progress=end
`;

function read(pieces: string[]): FfmpegProgress[] {
  const reports: FfmpegProgress[] = [];
  const push = createProgressReader((progress) => reports.push(progress));
  for (const piece of pieces) push(piece);
  return reports;
}

test('every report is read, the last says so', () => {
  expect(read([REPORTS])).toEqual([
    { frames: 12, speed: undefined, isEnd: false },
    { frames: 250, speed: 4.49, isEnd: false },
    { frames: 251, speed: 5.1, isEnd: true },
  ]);
});

test('reports are the same however their text is cut', () => {
  const whole = read([REPORTS]);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(REPORTS.length), { maxLength: 30 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), REPORTS.length];
      expect(read(places.slice(1).map((end, index) => REPORTS.slice(places[index], end)))).toEqual(whole);
    }),
  );
});

test('a report of sound alone counts no frames', () => {
  expect(read(['out_time=00:00:10.000000\nspeed=90x\nprogress=continue\n'])).toEqual([{ frames: 0, speed: 90, isEnd: false }]);
});

test('a report that is not finished is not reported', () => {
  expect(read(['frame=1\nspeed=1x\nprogress=cont'])).toEqual([]);
});

test('lines that are no fields are passed over', () => {
  expect(read(['what is this\n\nframe=7\nprogress=end\n'])).toEqual([{ frames: 7, speed: undefined, isEnd: true }]);
});
