import type { RunCause } from './run-state.ts';
import { compareUrgency, isMoreUrgent, type Urgency, type UrgencyLevel } from './urgency.ts';

/** What a machine can do at once. */
export interface Capacity {
  cores: number;
  /** Runs of whole ladders that keep the machine busy. */
  encoders: number;
}

export interface ArrangedRun {
  chunkId: string;
  urgency: Urgency;
  /** Since when more urgent work has kept it from going on; undefined while it may. */
  preemptedSinceMs: number | undefined;
}

/** Two viewers who wait are served side by side even by two cores: alone, a run of one rung leaves some of them idle (tried). */
const LEAST_CORES = 2;
/** Background work that is kept from going on for so long gets a slice all the same, at its low priority: it never starves. */
const STARVED_MS = 30_000;
const SLICE_MS = 5_000;

/** The runs that go on, most urgent first; the others stand still until the machine has room for them. */
export function arrangeRuns(runs: readonly ArrangedRun[], capacity: Capacity, nowMs: number): { goOn: string[]; preempted: string[] } {
  const goOn: string[] = [];
  const preempted: string[] = [];
  let load = 0;
  for (const run of [...runs].sort((a, b) => compareUrgency(a.urgency, b.urgency))) {
    const weight = weightOf(run.urgency.level, capacity);
    if (fits(load, weight, capacity)) {
      load += weight;
      goOn.push(run.chunkId);
    } else {
      preempted.push(run.chunkId);
      if (isSliceOfStarved(run, nowMs)) goOn.push(run.chunkId);
    }
  }
  return { goOn, preempted };
}

/**
 * Causes that another run may be started for now: it would go on, and not stand still as soon as it is there. `idleMs`: how long
 * nothing of the background went on; starved, one run of it may begin all the same, and gets its slices.
 */
export function startableCauses(
  runs: readonly ArrangedRun[],
  capacity: Capacity,
  background: { mayRun: boolean; idleMs: number },
): RunCause[] {
  const levels = runs.map((run) => run.urgency.level);
  const mayStart = (level: UrgencyLevel): boolean => {
    const load = levels.filter((other) => !isMoreUrgent(level, other)).reduce((sum, other) => sum + weightOf(other, capacity), 0);
    return fits(load, weightOf(level, capacity), capacity);
  };
  const causes: RunCause[] = [];
  if (mayStart('waited')) causes.push('demand');
  if (mayStart('ahead')) causes.push('lead');
  const isStarved = background.idleMs >= STARVED_MS;
  if (mayStart('start') || (isStarved && !levels.includes('start'))) causes.push('first');
  if (background.mayRun && !levels.includes('copying') && mayStart('copying')) causes.push('copy');
  if (background.mayRun && mayStart('beside')) causes.push('prefetch');
  if (background.mayRun && (mayStart('later') || (isStarved && !levels.includes('later')))) causes.push('background', 'further');
  return causes;
}

/**
 * In cores: copying takes none, so it goes on beside the background, but not beside what is more urgent: it would take the disk; single
 * segments share the machine with each other; work ahead of need takes two; the background takes all.
 */
function weightOf(level: UrgencyLevel, { cores, encoders }: Capacity): number {
  if (level === 'copying') return 0;
  if (level === 'waited' || level === 'nobody') return 1;
  const all = Math.max(LEAST_CORES, cores);
  return level === 'later' ? all / encoders : Math.min(2, all);
}

/** With room for rounding: three thirds are a whole. What weighs nothing fits where nothing else goes on. */
function fits(load: number, weight: number, { cores }: Capacity): boolean {
  return load === 0 || (weight > 0 && load + weight <= Math.max(LEAST_CORES, cores) + 0.001);
}

function isSliceOfStarved({ urgency, preemptedSinceMs }: ArrangedRun, nowMs: number): boolean {
  if (urgency.level === 'waited' || urgency.level === 'ahead' || preemptedSinceMs === undefined) return false;
  return (nowMs - preemptedSinceMs) % (STARVED_MS + SLICE_MS) >= STARVED_MS;
}
