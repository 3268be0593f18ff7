import type { ResponseFacts } from '../model/hls/audit/audit-input.ts';

/** Where a title's files come from. Every kind of target is read through this, so that they are judged alike. */
export interface MediaSource {
  /** For the report. */
  target: string;
  /** URIs are resolved against this; whatever leads to another origin is not read. */
  multivariantUrl: URL;
  /** For people. */
  describe(url: URL): string;
  /** Never throws for what the target does wrong: that is a problem to be reported. */
  read(url: URL, maxBytes: number): Promise<ReadResult>;
}

export type ReadResult = { bytes: Uint8Array; response?: ResponseFacts } | { problem: string; response?: ResponseFacts };
