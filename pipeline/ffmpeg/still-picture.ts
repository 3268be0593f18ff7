import { AppError } from '../errors.ts';

/** How pictures start, as Latin-1: JPEG, PNG, GIF, BMP, TIFF, JPEG 2000. */
const STARTS = ['\xff\xd8\xff', '\x89PNG', 'GIF8', 'BM', 'II*\x00', 'MM\x00*', '\x00\x00\x00\x0cjP  '];
/** Brands of HEIF and AVIF, which are built like films (ISO/IEC 23008-12 10). */
const PICTURE_BRANDS = ['heic', 'heix', 'heim', 'heis', 'mif1', 'avif'];

/** Whether a file that is no film is a picture, by its first bytes. */
export function looksLikePicture(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (STARTS.some((start) => text.startsWith(start))) return true;
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return true;
  return text.slice(4, 8) === 'ftyp' && PICTURE_BRANDS.includes(text.slice(8, 12));
}

/** A picture that stands still has no length that could be played, and is better looked at as it is. */
export function stillPicture(options: { details?: Record<string, unknown> } = {}): AppError {
  const message = 'This file is a picture, not a film. Add a film; of pictures, animated GIF and PNG files are played.';
  return new AppError('source_still', message, options);
}
