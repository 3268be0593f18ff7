import { readdir, readFile } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** From the root, forward slashes. */
  path: string;
  text: string;
  lines: number;
  imports: ImportedModule[];
}

export interface ImportedModule {
  /** A file of ours from the root (`pipeline/log.ts`), `node:…`, or a package's name. */
  target: string;
  /** `import type`: nothing of it is left at run time. */
  isTypeOnly: boolean;
}

/** Every source file below the given folders. */
export async function readSourceFiles(folders: string[]): Promise<SourceFile[]> {
  const files = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && /\.(ts|mjs|js)$/.test(entry.name))
        .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
    }),
  );
  return Promise.all(
    files
      .flat()
      .sort()
      .map(async (path) => {
        const text = await readFile(join(ROOT, path), 'utf8');
        return { path, text, lines: text.trimEnd().split('\n').length, imports: parseImports(path, text) };
      }),
  );
}

/** Static, re-exporting and dynamic imports of one file. */
export function parseImports(path: string, text: string): ImportedModule[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const calls = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...[...statements].map(([, type, specifier]) => ({ target: resolveSpecifier(path, specifier!), isTypeOnly: type !== undefined })),
    ...[...calls].map(([, specifier]) => ({ target: resolveSpecifier(path, specifier!), isTypeOnly: false })),
  ];
}

function resolveSpecifier(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
