import type { BackgroundControl } from './background-control.ts';
import type { EventBus } from './event-bus.ts';
import type { FfmpegTools } from './ffmpeg/locate.ts';
import type { RunningFfmpeg } from './ffmpeg/run-ffmpeg.ts';
import { maySideWorkRun, type SideWork } from './model/work/side-work.ts';

export interface SideWorkSettings {
  background: Pick<BackgroundControl, 'view'>;
  bus: EventBus;
  /** Kept to the cores that work has which nobody waits for. */
  backgroundTools: FfmpegTools;
}

/** What the runs of side work are started with. */
export interface SideWorkEnvironment {
  tools: FfmpegTools;
  onStarted(running: RunningFfmpeg): void;
}

/** Begins work when it may run; its processes stand still while it may not. Called off before it began, it never does. */
export async function runSideWork(
  kind: SideWork,
  { background, bus, backgroundTools }: SideWorkSettings,
  signal: AbortSignal,
  work: (environment: SideWorkEnvironment) => Promise<void>,
): Promise<void> {
  const mayRun = (): boolean => maySideWorkRun(kind, background.view().state);
  const processes = new Set<RunningFfmpeg>();
  let look = (): void => {};
  const unsubscribe = bus.subscribe((event) => event.type === 'background' && look());
  try {
    await new Promise<void>((resolve) => {
      look = () => (mayRun() || signal.aborted) && resolve();
      signal.addEventListener('abort', look, { once: true });
      look();
    });
    signal.removeEventListener('abort', look);
    if (signal.aborted) return;
    look = () => {
      for (const running of processes) {
        if (mayRun()) running.resume('preempted');
        else running.suspend('preempted');
      }
    };
    await work({
      tools: backgroundTools,
      onStarted(running) {
        processes.add(running);
        look();
      },
    });
  } finally {
    unsubscribe();
  }
}
