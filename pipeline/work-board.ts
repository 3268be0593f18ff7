import type { EventBus, PipelineEvent } from './event-bus.ts';
import type { Plan } from './model/plan.ts';
import { type Demand, forgetIdle, isWatched, NO_DEMAND, noteDemand } from './model/work/demand.ts';
import { type EncodeSpeeds, encodeSpeed, learnSpeed } from './model/work/encode-speed.ts';
import { type RunState, updateRun, withoutRest } from './model/work/run-state.ts';
import { type Urgency, type UrgencySubject, urgencyOf } from './model/work/urgency.ts';

export interface WorkBoardSettings {
  bus: EventBus;
  /** How far ahead of a viewer segments are kept ready. */
  leadSegments: number;
  /** A viewer who has asked nothing for so long has left. */
  idleMs: number;
  /** How long one may ask nothing and still watch (DemandClock). */
  doubtMs: number;
  /** Milliseconds on any clock that never runs backwards. */
  nowMs?: () => number;
}

/**
 * Who watches where, and what is being encoded: read from the events, so that every process has the same picture of all of
 * them. Whoever decides by it subscribes to the bus after it was made.
 */
export interface WorkBoard {
  readonly leadSegments: number;
  demand(): Demand;
  runs(): RunState[];
  run(chunkId: string): RunState | undefined;
  urgencyOf(subject: UrgencySubject): Urgency;
  isWatched(titleId: string, renditionId: string, segment: number): boolean;
  /** Seconds of film per second; null while nothing of the title was measured. */
  encodeSpeed(plan: Plan, renditionId: string): number | null;
  learnSpeed(titleId: string, renditionId: string, filmSeconds: number, wallSeconds: number): void;
  nowMs(): number;
  close(): void;
}

export function createWorkBoard({ bus, leadSegments, idleMs, doubtMs, nowMs = () => performance.now() }: WorkBoardSettings): WorkBoard {
  let demand = NO_DEMAND;
  let speeds: EncodeSpeeds = new Map();
  const runs = new Map<string, RunState>();

  const unsubscribe = bus.subscribe((event) => {
    if (event.type === 'demand') demand = noteDemand(demand, event, { nowMs: nowMs(), doubtMs });
    else if (event.type === 'chunk') noteRun(event);
    else if (event.type === 'chunk-cut') {
      const run = runs.get(event.chunkId);
      if (run) runs.set(event.chunkId, withoutRest(run, event.endSegment));
    }
  });

  function noteRun(event: Extract<PipelineEvent, { type: 'chunk' }>): void {
    if (event.state === 'started') runs.set(event.chunkId, updateRun(runs.get(event.chunkId), event, nowMs()));
    else runs.delete(event.chunkId);
  }

  function currentDemand(): Demand {
    return (demand = forgetIdle(demand, nowMs(), idleMs));
  }

  return {
    leadSegments,
    demand: currentDemand,
    runs: () => [...runs.values()],
    run: (chunkId) => runs.get(chunkId),
    urgencyOf: (subject) => urgencyOf(subject, currentDemand(), leadSegments),
    isWatched: (titleId, renditionId, segment) => isWatched(currentDemand(), { titleId, renditionId, segment }, leadSegments),
    encodeSpeed: (plan, renditionId) => encodeSpeed(speeds, plan, renditionId),
    learnSpeed(titleId, renditionId, filmSeconds, wallSeconds) {
      speeds = learnSpeed(speeds, titleId, renditionId, filmSeconds, wallSeconds);
    },
    nowMs,
    close: unsubscribe,
  };
}
