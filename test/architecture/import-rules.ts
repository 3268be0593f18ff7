import type { ImportedModule } from './source-files.ts';

/** One line of the import table of docs/architecture.md. */
export interface ImportRule {
  name: string;
  /** Told to whoever breaks it. */
  reason: string;
  allows(path: string, imported: ImportedModule): boolean;
}

const DRIVER = /^pipeline\/(storage|queue|catalogue)\/(fs|s3|sqlite|bullmq|postgres)-[^/]+\.ts$/;

export const IMPORT_RULES: ImportRule[] = [
  {
    name: 'pipeline/model imports nothing outside itself',
    reason:
      'The model is pure, so that it runs in a browser, in a worker and in a thousand tests a second: no node:, no packages, no clock. Take what it needs as an argument.',
    allows: (path, { target }) => !isIn('pipeline/model', path) || isIn('pipeline/model', target),
  },
  {
    name: 'pipeline imports pipeline',
    reason:
      'The pipeline must work without HTTP (a worker, `millrace convert`). Publish an event or take a function instead of calling the server.',
    allows: (path, { target }) => !isIn('pipeline', path) || !isOurs(target) || isIn('pipeline', target),
  },
  {
    name: 'server imports server and pipeline',
    reason: 'The server hands out the pages as files; it shares no code with them.',
    allows: (path, { target }) => !isIn('server', path) || !isOurs(target) || isIn('server', target) || isIn('pipeline', target),
  },
  {
    name: 'client imports pipeline/model, and types of the API',
    reason: 'The pages run in a browser: of the rest only types may be named, with `import type`.',
    allows: (path, { target, isTypeOnly }) => {
      if (!isIn('client', path) || path === 'client/vite.config.ts') return true;
      if (target.startsWith('node:')) return false;
      return !isOurs(target) || isIn('client', target) || isIn('pipeline/model', target) || isTypeOnly;
    },
  },
  {
    name: 'only pipeline/ffmpeg starts processes',
    reason:
      'Processes outlive their parents, fill pipes and eat cores; the care for that is in one folder (and fluent-ffmpeg, which is archived, can be replaced there).',
    allows: (path, { target }) =>
      !['node:child_process', 'child_process', 'fluent-ffmpeg'].includes(target) || isIn('pipeline/ffmpeg', path) || isIn('scripts', path),
  },
  {
    name: 'drivers never import drivers',
    reason: 'Each driver can be exchanged by itself; what two of them share belongs to the port or a file of its own.',
    allows: (path, { target }) => !DRIVER.test(path) || !DRIVER.test(target),
  },
  {
    name: 'only server/compose.ts and server/cli name drivers',
    reason: 'Everything else takes the port, so that the same code runs on SQLite here and on Redis, S3 and PostgreSQL elsewhere.',
    allows: (path, { target, isTypeOnly }) =>
      isTypeOnly || !DRIVER.test(target) || DRIVER.test(path) || path === 'server/compose.ts' || isIn('server/cli', path),
  },
  {
    name: 'nothing imports test',
    reason: 'What runs in production must not depend on what does not.',
    allows: (_path, { target }) => !isIn('test', target),
  },
];

function isIn(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`);
}

function isOurs(target: string): boolean {
  return ['pipeline', 'server', 'client', 'test', 'scripts'].some((folder) => isIn(folder, target));
}
