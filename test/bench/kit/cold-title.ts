import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { ConvertJob } from '../../../pipeline/convert/convert-job.ts';
import { convertToStream } from '../../../pipeline/convert-to-stream.ts';
import type { FfmpegTools } from '../../../pipeline/ffmpeg/locate.ts';
import { probeSource } from '../../../pipeline/ffmpeg/probe.ts';
import type { Log } from '../../../pipeline/log.ts';
import { DEFAULT_LADDER } from '../../../pipeline/model/ladder/ladder-settings.ts';
import type { Plan } from '../../../pipeline/model/plan.ts';
import { planTitle } from '../../../pipeline/model/plan-title.ts';
import type { Seconds } from '../../../pipeline/model/time.ts';
import { DEFAULT_TIMELINE } from '../../../pipeline/model/timeline/boundaries.ts';
import { createFsSegmentStore } from '../../../pipeline/storage/fs-segment-store.ts';

const TITLE_ID = 'bench';

/** A title of which nothing is encoded, whatever was encoded of it before. */
export interface ColdTitle {
  path: string;
  plan: Plan;
  source: ConvertJob['source'];
  /** From the call until all renditions' segment is in the store. Leaves nothing behind. */
  timeSegment(renditionIds: readonly string[], segment: number, keyframeBefore?: ConvertJob['keyframeBefore']): Promise<Seconds>;
}

/** Probes and plans a source with the product's defaults; its segments go to a folder in `root`. */
export async function openColdTitle(path: string, root: string, { tools, log }: { tools: FfmpegTools; log: Log }): Promise<ColdTitle> {
  const info = await probeSource(path, { tools, log });
  const settings = { ladder: DEFAULT_LADDER, timeline: DEFAULT_TIMELINE };
  const plan = planTitle({ titleId: TITLE_ID, revision: 0, info, settings, encoderFingerprint: tools.encoderFingerprint });
  const source = { path, info };
  const store = createFsSegmentStore({ root });
  const begin = (): Promise<void> =>
    store.writeTitle({
      version: 1,
      id: TITLE_ID,
      name: TITLE_ID,
      kind: 'file',
      createdAtMs: 0,
      source: { path, originalName: TITLE_ID, sizeBytes: info.sizeBytes, identity: '' },
      report: [],
    });
  return {
    path,
    plan,
    source,
    async timeSegment(renditionIds, segment, keyframeBefore) {
      await begin();
      let committedAtMs = Number.NaN;
      const committer = {
        commitInit: async (id: string, bytes: Uint8Array) => void (await store.putInit(TITLE_ID, id, bytes)),
        async commitSegment(id: string, number: number, bytes: Uint8Array) {
          await store.putSegment(TITLE_ID, id, number, bytes);
          committedAtMs = performance.now();
        },
      };
      const chunk = { titleId: TITLE_ID, planRevision: 0, renditionIds: [...renditionIds], firstSegment: segment, endSegment: segment + 1 };
      const startedAtMs = performance.now();
      await convertToStream({ source, plan, chunk, keyframeBefore }, committer, { tools, log });
      await rm(join(root, TITLE_ID), { recursive: true });
      return (committedAtMs - startedAtMs) / 1000;
    },
  };
}
