import { expect, test } from 'vitest';
import { createLocalEventBus } from '../../pipeline/event-bus.ts';
import { createTitleRemover, type TitleRemoverOptions } from '../../server/remove-title.ts';

test('a title that could not be removed goes on', async () => {
  const done: string[] = [];
  const removeTitle = createTitleRemover({
    mediaDir: '/nowhere',
    store: {
      readTitle: async () => undefined,
      removeTitle: async () => {
        throw new Error('read-only');
      },
    } as unknown as TitleRemoverOptions['store'],
    catalogue: {} as TitleRemoverOptions['catalogue'],
    bus: createLocalEventBus((error) => {
      throw error;
    }),
    endWork: async (titleId) => void done.push(`ended ${titleId}`),
    resumeWork: (titleId) => done.push(`resumed ${titleId}`),
  });
  await expect(removeTitle('film')).rejects.toThrow('read-only');
  expect(done).toEqual(['ended film', 'resumed film']);
});
