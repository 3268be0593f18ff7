import { afterEach, expect, test, vi } from 'vitest';
import type { EventFollower } from '../../../client/src/app/event-stream.ts';
import { openLiveLibrary } from '../../../client/src/app/live-library.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('an answer that is older than the news that its title is gone brings it not back', async () => {
  const json = (value: unknown): Response => new Response(JSON.stringify(value), { headers: { 'Content-Type': 'application/json' } });
  let answerTitle = (_title: unknown): void => {};
  const asked = new Promise<void>((askedForTitle) => {
    vi.stubGlobal('fetch', async (url: string) => {
      if (!url.endsWith('/film')) return json({ titles: [], files: [] });
      askedForTitle();
      return json(
        await new Promise((resolve) => {
          answerTitle = resolve;
        }),
      );
    });
  });
  let follower: EventFollower | undefined;
  const library = openLiveLibrary({ isConnected: true, follow: (followed) => void (follower = followed) });
  await vi.waitFor(() => expect(library.state).toBeDefined());
  follower?.event({ type: 'title', titleId: 'film', state: 'probing', progress: 0 });
  await asked;
  follower?.event({ type: 'title-removed', titleId: 'film' });
  answerTitle({ id: 'film', name: 'Film', createdAtMs: 1, state: 'probing' });
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(library.state?.titles).toEqual([]);
});
