import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { openSqliteChunkQueue } from '../../../pipeline/queue/sqlite-chunk-queue.ts';
import { chunkQueueConformance } from '../../conformance/chunk-queue-conformance.ts';
import { temporaryFolder } from '../../conformance/fixtures.ts';

describe('sqlite chunk queue: conformance', () =>
  chunkQueueConformance({
    open: openSqliteChunkQueue,
    moduleUrl: pathToFileURL(join(import.meta.dirname, '../../../pipeline/queue/sqlite-chunk-queue.ts')).href,
    openName: 'openSqliteChunkQueue',
    newPath: () => join(temporaryFolder(), 'queue.sqlite'),
  }));
