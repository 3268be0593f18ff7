import type { PendingFile } from './catalogue/catalogue.ts';
import type { TitleState } from './model/title.ts';
import type { RunReport } from './model/work/run-state.ts';
import type { BackgroundView } from './model/work/work-view.ts';
import type { ChunkCause } from './queue/chunk-queue.ts';

/**
 * What the parts of Millrace tell each other, and browsers (`GET /api/events`). Plain data, so that the processes can
 * be on different machines.
 */
export type PipelineEvent =
  | { type: 'title'; titleId: string; state: TitleState; progress: number }
  | { type: 'title-removed'; titleId: string }
  | { type: 'plan'; titleId: string; revision: number }
  | { type: 'init'; titleId: string; renditionId: string }
  | { type: 'segment'; titleId: string; renditionId: string; segment: number; sizeBytes: number; cause: ChunkCause; isTwice: boolean }
  /** Frames that were encoded and are in no stored segment: their run was cut, cancelled or killed. */
  | { type: 'discarded'; titleId: string; renditionId: string; frames: number; cause: ChunkCause }
  | { type: 'segment-evicted'; titleId: string; renditionId: string; segment: number }
  /**
   * A viewer asked for a segment: it was there (`asked`), or is waited for until it is `answered`, one way or another, or the
   * viewer has `left` before.
   */
  | { type: 'demand'; titleId: string; renditionId: string; segment: number; state: 'asked' | 'waiting' | 'answered' | 'left' }
  | { type: 'chunk-queued'; titleId: string; chunkId: string; cause: ChunkCause }
  /** A chunk that is being encoded gives up what lies from `endSegment` on. */
  | { type: 'chunk-cut'; titleId: string; chunkId: string; endSegment: number }
  /** Again after every commit, while it is encoded. */
  | (RunReport & {
      type: 'chunk';
      state: 'started' | 'done' | 'failed' | 'released';
      speed?: number;
      /** Renditions of it that cannot be made here: they are not tried again. */
      refused?: string[];
      error?: string;
    })
  /** What was to be copied of a title cannot be: it needs a plan in which all is encoded. */
  | { type: 'copy-refused'; titleId: string }
  | { type: 'background'; background: BackgroundView }
  | { type: 'pending'; files: PendingFile[] };

export interface EventBus {
  publish(event: PipelineEvent): void;
  /** Answers the function that ends the subscription. */
  subscribe(listener: (event: PipelineEvent) => void): () => void;
}

/** Within one process. A listener that throws is reported and does not keep the others from hearing the event. */
export function createLocalEventBus(onListenerError: (error: unknown) => void): EventBus {
  const listeners = new Set<(event: PipelineEvent) => void>();
  return {
    publish(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event);
        } catch (error) {
          onListenerError(error);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
