import { parseRoute, type Route } from '../routes.ts';

/**
 * Shows the page of the address, and of every address on this site that is followed from then on. A page's signal aborts
 * when it is left. `isFirst` tells the page
 * that the browser opened from those that are gone to. Answers the function that goes to an address.
 */
export function startRouter(show: (route: Route, signal: AbortSignal, isFirst: boolean) => void): (path: string) => void {
  let leave = new AbortController();
  const scrollPositions = new Map<string, number>();
  history.scrollRestoration = 'manual';

  function render(scrollTop: number, isFirst = false): void {
    leave.abort();
    leave = new AbortController();
    show(parseRoute(location.pathname), leave.signal, isFirst);
    scrollTo({ top: scrollTop, behavior: 'instant' });
  }

  function navigate(path: string): void {
    scrollPositions.set(location.pathname, scrollY);
    history.pushState(null, '', path);
    render(0);
  }

  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[href]');
    if (link === null || link.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return;
    // Links within the page and to what is no page of ours (a playlist, the API) are the browser's.
    if (link.hash !== '' || parseRoute(link.pathname).page === 'unknown' || parseRoute(link.pathname).page === 'embed') return;
    event.preventDefault();
    navigate(link.pathname);
  });
  window.addEventListener('popstate', () => render(scrollPositions.get(location.pathname) ?? 0));
  // Deferred, so that the caller has what this function answers before the first page can ask for it.
  queueMicrotask(() => render(0, true));
  return navigate;
}
