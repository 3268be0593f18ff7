import { expect, test } from 'vitest';
import { renderSettingsDocument } from '../../server/settings-document.ts';

test('docs/settings.md says what the schema says', async () => {
  await expect(renderSettingsDocument()).toMatchFileSnapshot('../../docs/settings.md');
});
