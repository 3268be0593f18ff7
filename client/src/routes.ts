/** Which page an address is. Pure. */
export type Route =
  | { page: 'library' }
  | { page: 'streams' }
  | { page: 'music' }
  | { page: 'watch'; titleId: string }
  | { page: 'embed'; titleId: string }
  | { page: 'unknown' };

export function parseRoute(pathname: string): Route {
  if (pathname === '/' || pathname === '/index.html') return { page: 'library' };
  const page = /^\/(streams|music)\/?$/.exec(pathname)?.[1] as 'streams' | 'music' | undefined;
  if (page !== undefined) return { page };
  const match = /^\/(watch|embed)\/([A-Za-z0-9_-]+)\/?$/.exec(pathname);
  if (match === null) return { page: 'unknown' };
  return { page: match[1] as 'watch' | 'embed', titleId: match[2]! };
}

export function watchPath(titleId: string): string {
  return `/watch/${titleId}`;
}
