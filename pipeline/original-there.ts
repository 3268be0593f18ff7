import { stat } from 'node:fs/promises';
import { AppError } from './errors.ts';

/**
 * Of another size it is another file, put there by hand, or one that is still being copied back.
 *
 * @throws AppError `source_missing`, retryable: whatever the reason, what cannot be looked at cannot be encoded from either.
 */
export async function assertOriginalThere(path: string, sizeBytes: number): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error) && found.isFile() && found.size === sizeBytes) return;
  throw new AppError('source_missing', 'The original of this title is not where it was. Put it back, or add it again.', {
    cause: found instanceof Error ? found : new Error(`It has ${found.size} bytes of ${sizeBytes}.`),
    retryable: true,
  });
}

export function isOriginalThere(path: string, sizeBytes: number): Promise<boolean> {
  return assertOriginalThere(path, sizeBytes).then(
    () => true,
    () => false,
  );
}
