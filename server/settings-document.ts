import { z } from 'zod';
import { CONFIG_FILE, settingsSchema } from './config.ts';

interface SettingMeta {
  description?: string;
  unit?: string;
}

/** docs/settings.md, from the schema. A test holds the file to it. */
export function renderSettingsDocument(): string {
  const rows = Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const meta = (z.globalRegistry.get(schema) ?? {}) as SettingMeta;
    return `| \`${name}\` | ${renderDefault(schema)} | ${meta.description ?? ''}${meta.unit === undefined ? '' : ` (${meta.unit})`} |`;
  });
  return `${HEADING}\n| setting | default | what it does |\n|---|---|---|\n${rows.join('\n')}\n`;
}

const HEADING = `# Settings

Each is read from the environment first, then from \`${CONFIG_FILE}\` in the folder of the start (a JSON object with the
same names; an unknown name is an error), else the default holds. Switches are \`1\` or \`0\`.

<!-- Made from server/config.ts by renderSettingsDocument. \`npx vitest run test/server/settings-document.test.ts -u\` writes it anew. -->
`;

function renderDefault(schema: z.ZodType): string {
  const value = schema.safeParse(undefined).data;
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '–';
  if (typeof value === 'boolean') return `\`${value ? 1 : 0}\``;
  return `\`${Array.isArray(value) ? value.join(',') : String(value)}\``;
}
