import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkSegment } from '../../../pipeline/model/mp4/check-segment.ts';
import { parseInitSegment } from '../../../pipeline/model/mp4/init-segment.ts';
import { findRendition, type Plan } from '../../../pipeline/model/plan.ts';
import { segmentRange } from '../../../pipeline/model/timeline/segments.ts';

/** Looks at all that is visible under streams/, again and again, and remembers how it was at first. */
export interface StoreWitness {
  /** Visible files that are not whole and right, in words. */
  bad: string[];
  /** Files that changed, were written again or went, in words. */
  changed: string[];
  /** Segments seen so far. */
  segmentCount(): number;
  /** `thoroughly`: reads what was seen before once more. */
  look(thoroughly?: boolean): Promise<void>;
}

interface Seen {
  state: string;
  hash: string;
}

const VISIBLE = /^([^/]+)\/([^/]+)\/(?:(\d+)\.m4s|init\.mp4)$/;

export function createStoreWitness(streamsDir: string): StoreWitness {
  const seen = new Map<string, Seen>();
  const bad: string[] = [];
  const changed: string[] = [];

  async function lookAt(path: string, thoroughly: boolean): Promise<void> {
    const before = seen.get(path);
    const { ino, mtimeNs, size } = await stat(join(streamsDir, path), { bigint: true });
    const state = `inode ${ino}, written ${mtimeNs}, ${size} bytes`;
    if (before !== undefined && before.state !== state) changed.push(`${path}: ${before.state} became ${state}`);
    if (before?.state === state && !thoroughly) return;
    const bytes = await readFile(join(streamsDir, path));
    const hash = createHash('sha256').update(bytes).digest('hex');
    if (before?.state === state && before.hash !== hash) changed.push(`${path}: other bytes in the same file`);
    if (before === undefined || before.hash !== hash) await judge(path, bytes);
    seen.set(path, { state, hash });
  }

  async function judge(path: string, bytes: Uint8Array): Promise<void> {
    const [, titleId = '', renditionId = '', segment] = VISIBLE.exec(path) ?? [];
    try {
      if (segment === undefined) parseInitSegment(bytes);
      else {
        const plan = await readPlan(join(streamsDir, titleId), renditionId);
        checkSegment(bytes, segmentRange(plan.timeline, findRendition(plan, renditionId), Number(segment)));
      }
    } catch (error) {
      bad.push(`${path} (${bytes.length} bytes): ${String(error)}`);
    }
  }

  return {
    bad,
    changed,
    segmentCount: () => [...seen.keys()].filter((path) => path.endsWith('.m4s')).length,
    async look(thoroughly = false) {
      const paths = (await readdir(streamsDir, { recursive: true })).filter((path) => VISIBLE.test(path));
      for (const path of paths) await lookAt(path, thoroughly);
      const present = new Set(paths);
      for (const path of seen.keys()) if (!present.has(path)) changed.push(`${path} went`);
    },
  };
}

async function readPlan(titleFolder: string, renditionId: string): Promise<Plan> {
  const revision = /-r(\d+)$/.exec(renditionId)?.[1] ?? '0';
  return JSON.parse(await readFile(join(titleFolder, `plan-${revision}.json`), 'utf8')) as Plan;
}
