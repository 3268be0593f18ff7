import { readFile } from 'node:fs/promises';
import type { EventBus } from './event-bus.ts';
import type { Log } from './log.ts';
import { isQuiet, type QuietHours } from './model/work/quiet-hours.ts';
import type { BackgroundView } from './model/work/work-view.ts';
import { writeReplacing } from './storage/durable-write.ts';

/** Whether work that nobody waits for may be done now. */
export interface BackgroundControl {
  mayRun(): boolean;
  view(): BackgroundView;
  /** Holds until it is taken back, also over restarts. Rejects with `disk_full` or `store_failed` where it cannot be kept. */
  setPaused(isPaused: boolean): Promise<BackgroundView>;
  /** Looks at the clock and the disk again; tells everybody when the answer has changed. */
  refresh(): Promise<void>;
  close(): void;
}

export interface BackgroundControlSettings {
  /** Where the pause is kept. */
  path: string;
  bus: EventBus;
  log: Log;
  /** No cores for the background: only what viewers ask for is made. */
  isOff: boolean;
  quietHours?: QuietHours | undefined;
  /** Whether the disk budget has room for what nobody has asked for. */
  hasRoom(): Promise<boolean>;
  /** Minutes after midnight, local time. */
  minuteOfDay?: () => number;
}

const REFRESH_MS = 10_000;

export async function openBackgroundControl(settings: BackgroundControlSettings): Promise<BackgroundControl> {
  const { path, bus, log, isOff, quietHours, hasRoom, minuteOfDay = localMinuteOfDay } = settings;
  let isPaused = await readPause(path, log);
  let hasDiskRoom = true;
  let told = '';

  function view(): BackgroundView {
    return { state: stateNow(), isPaused };
  }

  function stateNow(): BackgroundView['state'] {
    if (isOff) return 'off';
    if (isPaused) return 'paused';
    if (quietHours && isQuiet(quietHours, minuteOfDay())) return 'quiet-hours';
    return hasDiskRoom ? 'running' : 'disk';
  }

  function tell(): void {
    const background = view();
    const text = JSON.stringify(background);
    if (text === told) return;
    told = text;
    bus.publish({ type: 'background', background });
  }

  async function refresh(): Promise<void> {
    hasDiskRoom = await hasRoom();
    tell();
  }

  const refreshing = setInterval(() => {
    refresh().catch((error: unknown) => log.warn({ err: error }, 'the room on the disk could not be looked at'));
  }, REFRESH_MS);
  await refresh();

  return {
    mayRun: () => stateNow() === 'running',
    view,
    async setPaused(next) {
      await writeReplacing(path, Buffer.from(`${JSON.stringify({ isPaused: next })}\n`));
      isPaused = next;
      tell();
      return view();
    },
    refresh,
    close: () => clearInterval(refreshing),
  };
}

/** A file that cannot be understood pauses nothing: work that stands still for no reason is worse. */
async function readPause(path: string, log: Log): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  try {
    return (JSON.parse(text) as { isPaused?: unknown } | null)?.isPaused === true;
  } catch (error) {
    log.warn({ err: error, path }, 'whether background work is paused could not be read; it goes on');
    return false;
  }
}

function localMinuteOfDay(): number {
  const now = new Date();
  return now.getHours() * 60 + now.getMinutes();
}
