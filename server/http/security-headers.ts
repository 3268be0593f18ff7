/**
 * What every answer carries. The pages may run their own scripts only; hls.js plays from blob URLs and works in a worker
 * made of one; media-chrome styles its elements inside their shadow trees.
 */
export const SECURITY_HEADERS = {
  'Content-Security-Policy': renderPolicy("'self'"),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
};

/** `/embed/:id` is there to stand in other people's pages. */
export const EMBED_HEADERS = { 'Content-Security-Policy': renderPolicy('*') };

/** Segments and playlists are for players on any page (CORS), with what a player needs to see of the answer. */
export const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers':
    'Accept-Ranges, Content-Disposition, Content-Length, Content-Location, Content-Range, ETag, Last-Modified, Retry-After',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Timing-Allow-Origin': '*',
};

export const CORS_PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers': 'Range, If-Range, If-None-Match',
  'Access-Control-Max-Age': '86400',
};

function renderPolicy(frameAncestors: string): string {
  return [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ');
}
