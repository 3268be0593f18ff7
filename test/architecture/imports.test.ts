import { describe, expect, test } from 'vitest';
import { IMPORT_RULES } from './import-rules.ts';
import { parseImports, readSourceFiles } from './source-files.ts';

const files = await readSourceFiles(['pipeline', 'server', 'client', 'scripts']);

describe('who may import whom', () => {
  test.each(IMPORT_RULES)('$name', ({ name, reason, allows }) => {
    const violations = files.flatMap((file) =>
      file.imports.filter((imported) => !allows(file.path, imported)).map(({ target }) => `${file.path} imports ${target}`),
    );
    expect(violations, `${name}. ${reason}`).toEqual([]);
  });

  test.each([
    ['pipeline/model/plan.ts', "import { readFile } from 'node:fs/promises';"],
    ['pipeline/model/plan.ts', "import type { Log } from '../log.ts';"],
    ['pipeline/model/hls/audit/rule.ts', "import { z } from 'zod';"],
    ['pipeline/scheduler.ts', "import { createApp } from '../server/app.ts';"],
    ['server/app.ts', "import { formatTime } from '../client/format-time.ts';"],
    ['client/player/player.ts', "import { sendProblem } from '../../server/http/problem.ts';"],
    ['client/player/player.ts', "import { createLog } from '../../pipeline/log.ts';"],
    ['client/player/player.ts', "import { join } from 'node:path';"],
    ['pipeline/ingest/accept.ts', "import {\n  execFile,\n} from 'node:child_process';"],
    ['server/routes/titles.ts', "import ffmpeg from 'fluent-ffmpeg';"],
    ['pipeline/queue/sqlite-chunk-queue.ts', "import { openSqliteCatalogue } from '../catalogue/sqlite-catalogue.ts';"],
    ['pipeline/on-demand.ts', "const { createFsSegmentStore } = await import('./storage/fs-segment-store.ts');"],
    ['server/main.ts', "export { makeClip } from '../test/clips.ts';"],
  ])('%s may not: %s', (path, statement) => {
    const [imported] = parseImports(path, statement);
    expect(IMPORT_RULES.filter(({ allows }) => !allows(path, imported!))).not.toEqual([]);
  });

  test.each([
    ['pipeline/model/plan.ts', "import type { Ticks } from './time.ts';"],
    ['client/library.ts', "import type { TitleView } from '../pipeline/model/title.ts';"],
    ['client/library.ts', "import type { PipelineEvent } from '../pipeline/event-bus.ts';"],
    ['client/library.ts', "import Hls from 'hls.js';"],
    ['server/compose.ts', "import { createFsSegmentStore } from '../pipeline/storage/fs-segment-store.ts';"],
    ['pipeline/on-demand.ts', "import type { SegmentStore } from './storage/segment-store.ts';"],
  ])('%s may: %s', (path, statement) => {
    const [imported] = parseImports(path, statement);
    expect(IMPORT_RULES.filter(({ allows }) => !allows(path, imported!))).toEqual([]);
  });
});
