import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { readSourceFiles, type SourceFile } from './source-files.ts';

const product = await readSourceFiles(['pipeline', 'server', 'client', 'scripts']);
const all = [...product, ...(await readSourceFiles(['test']))];

function pathsOf(files: SourceFile[]): string[] {
  return files.map(({ path }) => path);
}

test('no file is longer than 400 lines', () => {
  const long = all.filter(({ lines }) => lines > 400).map(({ path, lines }) => `${path}: ${lines}`);
  expect(long, 'A file that long holds more than one idea: name them and give each its own (about 100 lines is the norm).').toEqual([]);
});

test('no file is a drawer', () => {
  const drawers = all.filter(({ path }) => /(^|\/)(utils?|helpers?|common|misc|shared|index)(\/|\.)/.test(path));
  expect(pathsOf(drawers), 'A name says what is inside; utils, helpers, common and barrels (index) do not.').toEqual([]);
});

test('file names are kebab-case', () => {
  const others = all.filter(({ path }) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|d))?\.(ts|mjs|js)$/.test(basename(path)));
  expect(pathsOf(others), 'Files are named after their main export, in kebab-case.').toEqual([]);
});

/** The second passes on what programs need to be found and to run, and reads no setting. */
const MAY_READ_THE_ENVIRONMENT = ['server/config.ts', 'pipeline/ffmpeg/owner.ts'];

test('the environment is read in server/config.ts and in scripts alone', () => {
  const readers = product.filter(
    ({ path, text }) => /\bprocess\.env\b/.test(text) && !MAY_READ_THE_ENVIRONMENT.includes(path) && !path.startsWith('scripts/'),
  );
  expect(pathsOf(readers), 'Settings are read once, checked by one schema and passed as values: take them as an argument.').toEqual([]);
});

test('the model has no clock, no chance and no process', () => {
  const impure = product
    .filter(({ path }) => path.startsWith('pipeline/model/'))
    .filter(({ text }) =>
      /\b(Date\.now|new Date\(\)|performance\.|Math\.random|setTimeout|setInterval|process\.|Buffer\.|console\.)/.test(text),
    );
  expect(
    pathsOf(impure),
    'The model answers the same to the same question, anywhere: take the time, the chance and the bytes as arguments.',
  ).toEqual([]);
});

test('an HTTP status is chosen in server/http alone', () => {
  const choosers = product.filter(({ path, text }) => path.startsWith('pipeline/') && /\b(statusCode|httpStatus)\b/.test(text));
  expect(pathsOf(choosers), 'The pipeline knows error codes; server/http/problem.ts makes statuses of them.').toEqual([]);
});

test('nothing is left unfinished', () => {
  const unfinished = product.filter(({ text }) => /\b(TODO|FIXME|XXX|HACK)\b/.test(text));
  expect(pathsOf(unfinished), 'What is missing belongs in an issue; what is here is done.').toEqual([]);
});
