import { AppError } from '../errors.ts';

const MAX_NAME_BYTES = 1_024;

/**
 * The name a client gave its upload, checked: a plain file name, NFC, never a path, because nothing of a path is taken
 * from outside. Throws `name_invalid` with a sentence that says what is wrong.
 */
export function parseUploadName(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') throw invalid('The upload needs a name: add ?name=movie.mp4 to the address.');
  if (/\p{Cs}/u.test(value)) throw invalid('The name is not valid Unicode text.');
  const name = value.normalize('NFC');
  if (/[/\\]/.test(name)) throw invalid('The name must be a file name without folders: leave out "/" and "\\".');
  if (name === '.' || name === '..') throw invalid('The name must be a file name, not a folder.');
  if (/\p{Cc}/u.test(name)) throw invalid('The name must not contain control characters.');
  if (new TextEncoder().encode(name).length > MAX_NAME_BYTES) throw invalid(`The name is too long: ${MAX_NAME_BYTES} bytes are the most.`);
  return name;
}

function invalid(message: string): AppError {
  return new AppError('name_invalid', message);
}
