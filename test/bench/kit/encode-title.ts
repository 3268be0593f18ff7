/** `encode-title.ts SOURCE OUTDIR CHUNK_SECONDS`: the pipeline's step over a whole title, chunk by chunk, into files. */
import pino from 'pino';
import { convertToStream } from '../../../pipeline/convert-to-stream.ts';
import { locateFfmpeg } from '../../../pipeline/ffmpeg/locate.ts';
import { probeSource } from '../../../pipeline/ffmpeg/probe.ts';
import { DEFAULT_LADDER } from '../../../pipeline/model/ladder/ladder-settings.ts';
import { planMissingChunks } from '../../../pipeline/model/missing-chunks.ts';
import { planTitle } from '../../../pipeline/model/plan-title.ts';
import { DEFAULT_TIMELINE } from '../../../pipeline/model/timeline/boundaries.ts';
import { createFsSegmentStore } from '../../../pipeline/storage/fs-segment-store.ts';

const [path, outDir, chunkSeconds] = process.argv.slice(2);
if (!path || !outDir) throw new Error('usage: encode-title SOURCE OUTDIR CHUNK_SECONDS');
const log = pino({ level: 'silent' });
const tools = await locateFfmpeg({ log });
const info = await probeSource(path, { tools, log });
const settings = { ladder: DEFAULT_LADDER, timeline: DEFAULT_TIMELINE };
const plan = planTitle({ titleId: 'bench', revision: 0, info, settings, encoderFingerprint: tools.encoderFingerprint });
const store = createFsSegmentStore({ root: outDir });
await store.writeTitle({
  version: 1,
  id: 'bench',
  name: 'bench',
  kind: 'file',
  createdAtMs: 0,
  source: { path, originalName: 'bench', sizeBytes: 0, identity: '' },
  report: [],
});
const maxSegments = Math.max(1, Math.round(Number(chunkSeconds) / DEFAULT_TIMELINE.segmentSeconds));
for (const chunk of planMissingChunks(plan, new Map(), { maxSegments })) {
  await convertToStream(
    { source: { path, info }, plan, chunk },
    {
      async commitInit(renditionId, bytes) {
        if ((await store.putInit('bench', renditionId, bytes)) === 'conflict') throw new Error(`Two init segments for ${renditionId}`);
      },
      async commitSegment(renditionId, segment, bytes) {
        await store.putSegment('bench', renditionId, segment, bytes);
      },
    },
    { tools, log },
  );
}
