import { expect, test } from 'vitest';
import { createLocalEventBus } from '../../pipeline/event-bus.ts';
import type { FfmpegTools } from '../../pipeline/ffmpeg/locate.ts';
import type { RunningFfmpeg } from '../../pipeline/ffmpeg/run-ffmpeg.ts';
import type { BackgroundView } from '../../pipeline/model/work/work-view.ts';
import { runSideWork, type SideWorkEnvironment } from '../../pipeline/side-work.ts';

/** The tools of the background, and a switch that everybody hears of. */
function open(state: BackgroundView['state']) {
  const bus = createLocalEventBus((error) => {
    throw error;
  });
  let background: BackgroundView = { state, isPaused: false };
  const backgroundTools = {} as FfmpegTools;
  const stop = new AbortController();
  const run = (work: (environment: SideWorkEnvironment) => Promise<void>) =>
    runSideWork('storyboard', { background: { view: () => background }, bus, backgroundTools }, stop.signal, work);
  const change = (next: BackgroundView['state']) => {
    background = { ...background, state: next };
    bus.publish({ type: 'background', background });
  };
  return { run, change, stop, backgroundTools };
}

test('side work begins when the background may run, with its tools', async () => {
  const { run, change, backgroundTools } = open('paused');
  const begun: unknown[] = [];
  const done = run(async ({ tools }) => void begun.push(tools));
  change('quiet-hours');
  expect(begun).toEqual([]);
  change('running');
  await done;
  expect(begun).toEqual([backgroundTools]);
});

test('its processes stand still while the background may not run', async () => {
  const { run, change } = open('running');
  const told: string[] = [];
  const running = { suspend: () => told.push('suspend'), resume: () => told.push('resume') } as unknown as RunningFfmpeg;
  let end = (): void => {};
  const done = run(async ({ onStarted }) => {
    onStarted(running);
    await new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  await Promise.resolve();
  await Promise.resolve();
  told.length = 0;
  change('paused');
  change('running');
  expect(told).toEqual(['suspend', 'resume']);
  end();
  await done;
  change('paused');
  expect(told).toEqual(['suspend', 'resume']);
});

test('called off while it waits, it never begins', async () => {
  const { run, change, stop } = open('off');
  let hasBegun = false;
  const done = run(async () => {
    hasBegun = true;
  });
  stop.abort();
  await done;
  change('running');
  expect(hasBegun).toBe(false);
});
