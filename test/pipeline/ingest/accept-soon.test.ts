import { expect, test } from 'vitest';
import { AppError } from '../../../pipeline/errors.ts';
import { createLocalEventBus } from '../../../pipeline/event-bus.ts';
import { acceptSoon } from '../../../pipeline/ingest/accept-soon.ts';

function setUp() {
  const bus = createLocalEventBus((error) => {
    throw error;
  });
  const film = { isPlanned: false, tries: 0 };
  const accept = async () => {
    film.tries += 1;
    if (!film.isPlanned) throw new AppError('not_ready', 'It waits for its film.', { retryable: true });
    return 'taken';
  };
  return { bus, film, accept, plan: (titleId: string) => bus.publish({ type: 'plan', titleId, revision: 0 }) };
}

test('subtitles that are sent with their film are taken once it is planned', async () => {
  const { bus, film, accept, plan } = setUp();
  const taken = acceptSoon(accept, bus, new AbortController().signal);
  plan('another');
  await expect.poll(() => film.tries).toBe(2);
  film.isPlanned = true;
  plan('film');
  expect(await taken).toBe('taken');
  expect(film.tries).toBe(3);
});

test('patience ends with the reason why they could not be taken', async () => {
  const { bus, accept } = setUp();
  const patience = new AbortController();
  const taken = acceptSoon(accept, bus, patience.signal);
  patience.abort();
  await expect(taken).rejects.toMatchObject({ code: 'not_ready' });
});

test('what is wrong with the file itself is said at once', async () => {
  const { bus } = setUp();
  const accept = () => Promise.reject(new AppError('source_unsupported', 'No subtitles.'));
  await expect(acceptSoon(accept, bus, new AbortController().signal)).rejects.toMatchObject({ code: 'source_unsupported' });
});
