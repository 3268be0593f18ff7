import { expect, test } from 'vitest';
import { createPeakMeter } from '../../../pipeline/model/waveform.ts';

test('each stretch has its largest sample, whatever the pieces they come in', () => {
  const samples = Int16Array.from({ length: 4000 }, (_, index) => (index === 1000 ? -32_768 : index === 3999 ? 16_384 : 0));
  const read = (piece: number) => {
    const meter = createPeakMeter(4, 1000);
    for (let start = 0; start < samples.length; start += piece) meter.push(samples.subarray(start, start + piece));
    return meter.read();
  };
  const waveform = read(4000);
  expect(waveform.durationSeconds).toBe(4);
  expect(waveform.peaks).toHaveLength(1000);
  expect([waveform.peaks[250], waveform.peaks[999], waveform.peaks[500]]).toEqual([255, 128, 0]);
  expect(read(7)).toEqual(waveform);
});

test('a sound of a few samples has as many stretches, and what comes after the end changes nothing', () => {
  const meter = createPeakMeter(0.003, 1000);
  meter.push(Int16Array.of(32_767, 0, 16_384, 32_767, 32_767));
  expect(meter.read().peaks).toEqual([255, 0, 128]);
});
