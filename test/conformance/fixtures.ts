import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Plan } from '../../pipeline/model/plan.ts';
import type { TitleRecord } from '../../pipeline/model/title.ts';
import { audioRendition, smallRung } from '../pipeline/model/hls/sample-plan.ts';

/** A folder of its own for the running test, removed when it ends. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'millrace-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function titleRecord(id: string, changes: Partial<TitleRecord> = {}): TitleRecord {
  return {
    version: 1,
    id,
    name: `영화 ${id}`,
    kind: 'file',
    createdAtMs: 1_700_000_000_000,
    source: { path: `originals/${id}.mp4`, originalName: `${id}.mp4`, sizeBytes: 1000, identity: `1000-${id}` },
    report: [],
    ...changes,
  };
}

/** Segments of one second each, in one video and one audio rendition. */
export function titlePlan(titleId: string, { revision = 0, segments = 3, ended = true } = {}): Plan {
  const suffix = revision === 0 ? '' : `-r${revision}`;
  const renditions = [smallRung({ id: `v360${suffix}` }), audioRendition({ id: `a1${suffix}`, language: 'und', name: 'Sound' })];
  return {
    version: 1,
    titleId,
    revision,
    originTicks: 0,
    timeline: {
      boundaries: Array.from({ length: segments + 1 }, (_, n) => n * 90_000),
      keyframeIntervalTicks: 180_000,
      targetDurationSeconds: 1,
      ended,
    },
    renditions,
    encoderFingerprint: 'libx264 test',
  };
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes);
}
