/** What a response is, as far as caches care. */
export type CacheKind =
  | 'media'
  | 'multivariant'
  | 'media-playlist'
  | 'subtitles'
  | 'library-text'
  | 'poster'
  | 'storyboard'
  | 'progressive'
  | 'hashed-asset'
  | 'page'
  | 'live-data'
  | 'error';

const ONE_YEAR = 31_536_000;

const POLICIES: Record<CacheKind, string> = {
  // A committed segment is never another one (I4), nor is the init segment of an epoch.
  media: `public, max-age=${ONE_YEAR}, immutable`,
  // Bandwidths become measured ones and a new revision of the plan names other renditions: always revalidated.
  multivariant: 'no-cache',
  // A published plan never changes (I11); briefly, so that a title removed and put back does not haunt a cache.
  'media-playlist': 'public, max-age=60',
  // Another text is another track, but a better Millrace may read the same source better.
  subtitles: 'public, max-age=3600',
  // One that is renamed or replaced is another one at once.
  'library-text': 'no-cache',
  poster: 'public, max-age=300',
  // Made once; its sheets would be asked for at every move of the pointer.
  storyboard: 'public, max-age=3600',
  // Under its name there is another file when a better rung is whole: the ETag tells.
  progressive: 'no-cache',
  'hashed-asset': `public, max-age=${ONE_YEAR}, immutable`,
  page: 'no-cache',
  'live-data': 'no-store',
  error: 'no-store',
};

/** The value of Cache-Control. */
export function cacheControl(kind: CacheKind): string {
  return POLICIES[kind];
}
