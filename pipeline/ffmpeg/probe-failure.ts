import { AppError, type AppErrorOptions } from '../errors.ts';
import { looksLikePicture, stillPicture } from './still-picture.ts';

/** The first box of an MP4 or MOV; four bytes of its size come before. */
const BOX_TYPES = ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'styp', 'moof', 'pnot', 'sidx'];
/** How other media files start, as Latin-1, whatever they are called. */
const MAGIC = [
  ...['\x1aE\xdf\xa3', 'FLV\x01', 'RIFF', 'RF64', 'OggS', 'fLaC', 'ID3', 'FORM', 'caff', '.RMF', 'MAC ', 'wvpk', '#!AMR'],
  ...['\x30\x26\xb2\x75', '\x00\x00\x01\xba', '\x00\x00\x01\xb3', '\x06\x0e\x2b\x34', '\x0b\x77'],
];
/** MPEG-TS: a sync byte each 188 bytes, or each 192 behind four bytes of time (M2TS). */
const TS_LAYOUTS = [
  { first: 0, every: 188 },
  { first: 4, every: 192 },
];

/** How many bytes looksLikeMedia wants. */
export const SIGNATURE_BYTES = 1024;

export function looksLikeMedia(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (BOX_TYPES.includes(text.slice(4, 8)) || MAGIC.some((magic) => text.startsWith(magic))) return true;
  return TS_LAYOUTS.some(({ first, every }) => [0, 1, 2].every((packet) => text[first + packet * every] === 'G'));
}

/**
 * Why ffprobe could not open a file, from what it said and the file's first bytes. ffprobe ends with `file:<path>: <why>`
 * when the container does not open, and without when a codec does not. A container that is recognised but does not open is
 * cut short or damaged; anything else is not media.
 */
export function probeFailure(path: string, stderr: string, head: Uint8Array): AppError {
  const options = { details: { ffprobe: stderr.trim() } };
  if (/Permission denied/.test(stderr)) {
    return new AppError('source_unreadable', 'This file may not be read. Give Millrace permission to read it and add it again.', {
      ...options,
      retryable: true,
    });
  }
  if (/Input\/output error/.test(stderr)) {
    return new AppError('source_unreadable', 'The disk failed while this file was read. Check the disk, then add the file again.', {
      ...options,
      retryable: true,
    });
  }
  if (/No such file or directory/.test(stderr)) {
    return new AppError('source_missing', 'This file is gone. Put it back, or add it again.', { ...options, retryable: true });
  }
  if (/Cannot allocate memory/.test(stderr)) {
    const message = 'This file asks for more memory than any film needs: it is damaged. Copy or download it again.';
    return new AppError('source_unsupported', message, options);
  }
  if (looksLikePicture(head)) return stillPicture(options);
  const refused = /\[(\S+) @ \w+\] Format not on whitelist/.exec(stderr)?.[1];
  if (refused !== undefined) {
    const message = `This file is not a film or sound but ${refused.split(',')[0]}: a playlist, picture, text or an unknown kind. Add the film itself.`;
    return new AppError('source_not_media', message, options);
  }
  if (/encryption|encrypted/i.test(stderr)) return encrypted(options);
  if (!stderr.includes(`file:${path}: `)) {
    const message =
      'This ffmpeg does not know how to decode a stream of this file. Convert the file with another program and add it again.';
    return new AppError('source_unsupported', message, options);
  }
  if (!looksLikeMedia(head)) {
    return new AppError('source_not_media', 'This file is not a film or sound, whatever its name says. Add the film itself.', options);
  }
  const lead = /moov atom not found/.test(stderr) ? 'The index of this file (moov) is missing' : 'This file cannot be opened';
  return new AppError('source_truncated', `${lead}: it was cut short or is damaged. Copy or download it again.`, options);
}

export function encrypted(options: AppErrorOptions = {}): AppError {
  return new AppError('source_unsupported', 'This file is encrypted. Add a copy without copy protection.', options);
}
