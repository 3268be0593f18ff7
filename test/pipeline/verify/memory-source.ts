import type { ResponseFacts } from '../../../pipeline/model/hls/audit/audit-input.ts';
import type { MediaSource } from '../../../pipeline/verify/media-source.ts';

/** A title in memory; with `respond`, as if it came over HTTP. */
export function memorySource(files: ReadonlyMap<string, Uint8Array>, respond?: (path: string) => ResponseFacts): MediaSource {
  return {
    target: 'synthetic title',
    multivariantUrl: new URL('http://memory.invalid/multivariant.m3u8'),
    describe: (url) => url.pathname.slice(1),
    async read(url) {
      const path = url.pathname.slice(1);
      const bytes = files.get(path);
      const response = respond ? { response: respond(path) } : {};
      return bytes ? { bytes, ...response } : { problem: 'It does not exist.', ...response };
    },
  };
}

/** As a good server answers. */
export function goodResponse(path: string): ResponseFacts {
  if (path.endsWith('.m3u8')) return { contentType: 'application/vnd.apple.mpegurl; charset=utf-8', contentEncoding: 'gzip' };
  if (path.endsWith('.vtt')) return { contentType: 'text/vtt; charset=utf-8', contentEncoding: 'gzip' };
  return { contentType: path.endsWith('.m4s') ? 'video/iso.segment' : 'video/mp4', contentEncoding: '' };
}
