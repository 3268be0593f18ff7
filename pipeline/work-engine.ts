import { type BackgroundControl, type BackgroundControlSettings, openBackgroundControl } from './background-control.ts';
import { tellTitle } from './catalogue/tell-title.ts';
import { createDiskBudget } from './disk-budget.ts';
import type { Plan } from './model/plan.ts';
import type { TitleError } from './model/title.ts';
import type { BackgroundView, RunView, WorkView } from './model/work/work-view.ts';
import { createOnDemand, type OnDemand } from './on-demand.ts';
import { type Scheduler, type SchedulerSettings, startScheduler } from './scheduler.ts';
import { createTitleProblems } from './title-problems.ts';
import { createWorkBoard, type WorkBoard } from './work-board.ts';

export interface WorkEngineSettings extends Omit<SchedulerSettings, 'board' | 'background' | 'problems'> {
  /** How far ahead of a viewer segments are kept ready. */
  leadSegments: number;
  idleMs: number;
  doubtMs: number;
  /** How long a request for a missing segment is held. */
  waitMs: number;
  /** What the segments of all titles may take up; undefined without a budget. */
  maxBytes: number | undefined;
  /** How long work rests after what the machine could not do for now (a full disk, an original that is away). */
  restMs?: number;
  /** Milliseconds on any clock that never runs backwards. */
  nowMs?: () => number;
  background: Pick<BackgroundControlSettings, 'path' | 'isOff' | 'quietHours'>;
}

/** All that encodes: what viewers ask for first, and the rest when there is nothing better to do. */
export interface WorkEngine extends Scheduler, OnDemand {
  board: WorkBoard;
  background: Pick<BackgroundControl, 'view'>;
  readWork(): Promise<WorkView>;
  setBackgroundPaused(isPaused: boolean): Promise<BackgroundView>;
  problemOf(titleId: string): TitleError | undefined;
  encodeSpeed(plan: Plan, renditionId: string): number | null;
}

const REST_MS = 2_000;

export async function startWorkEngine(settings: WorkEngineSettings): Promise<WorkEngine> {
  const { bus, log } = settings;
  // First of all that listen: whoever decides by it finds it current.
  const board = createWorkBoard(settings);
  const disk = createDiskBudget({ ...settings, isWatched: board.isWatched, encoderFingerprint: settings.tools.encoderFingerprint });
  const background = await openBackgroundControl({ ...settings.background, bus, log, hasRoom: disk.hasRoomForBackground });
  const problems = createTitleProblems({
    restMs: settings.restMs ?? REST_MS,
    nowMs: board.nowMs,
    onChange(titleId) {
      tellTitle(settings, titleId).catch((error: unknown) =>
        log.warn({ title: titleId, err: error }, 'what a title waits for could not be told'),
      );
    },
  });
  const scheduler = startScheduler({ ...settings, board, background, problems });
  const onDemand = createOnDemand({ ...settings, board });

  function viewRuns(): RunView[] {
    return board.runs().map((run): RunView => {
      const { chunkId, titleId, chunk, cause, isSuspended, progress } = run;
      return { chunkId, titleId, ...chunk, cause, isSuspended, progress, viewers: board.urgencyOf(run).viewers };
    });
  }

  // Soon enough for the background to stop before it fills the budget.
  const unsubscribe = bus.subscribe((event) => {
    if (event.type !== 'segment' || settings.maxBytes === undefined) return;
    background.refresh().catch((error: unknown) => log.warn({ err: error }, 'the room on the disk could not be looked at'));
  });
  // A budget may have become smaller since the last start.
  disk.makeRoom().catch((error: unknown) => log.warn({ err: error }, 'no room could be made'));

  return {
    ...onDemand,
    ...scheduler,
    board,
    background,
    readWork: async () => ({ runs: viewRuns(), background: background.view(), disk: await disk.view() }),
    setBackgroundPaused: background.setPaused,
    problemOf: problems.of,
    encodeSpeed: board.encodeSpeed,
    async close() {
      unsubscribe();
      background.close();
      await onDemand.settled();
      await scheduler.close();
      await disk.close();
      board.close();
    },
  };
}
