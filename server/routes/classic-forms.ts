import type { RequestHandler } from 'express';
import { AppError } from '../../pipeline/errors.ts';
import { checkTitleId } from './params.ts';

const SOUND_FORMATS = ['mp3', 'm4a', 'opus'];

/** What of a title each form is. */
const FORMS: Readonly<Record<string, (query: URLSearchParams) => string>> = {
  '/stream': () => 'stream',
  '/video_stream': () => 'video.mp4',
  '/audio_stream': (query) => `audio.${readFormat(query)}`,
};

/**
 * `/stream?track_id=`, `/audio_stream?track_id=&format=` and `/video_stream?track_id=`: other addresses of what stands under
 * `/titles/:id/`, with all else that is asked for. They are put right here, so that one place serves each thing and one guards it.
 */
export const classicForms: RequestHandler = (req, _res, next) => {
  const [path = '', search = ''] = req.url.split(/\?(.*)/s);
  const form = FORMS[path];
  if (form === undefined) return next();
  const query = new URLSearchParams(search);
  const titleId = query.get('track_id');
  if (titleId === null) throw new AppError('bad_request', `Say which title: ${path}?track_id=ID`);
  const file = form(query);
  query.delete('track_id');
  query.delete('format');
  const rest = query.size === 0 ? '' : `?${query}`;
  req.url = `/titles/${checkTitleId(titleId)}/${file}${rest}`;
  next();
};

function readFormat(query: URLSearchParams): string {
  const format = query.get('format') ?? 'mp3';
  if (!SOUND_FORMATS.includes(format)) throw new AppError('bad_request', `There is sound as ${SOUND_FORMATS.join(', ')}.`);
  return format;
}
