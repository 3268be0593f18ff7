import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { AppError } from '../pipeline/errors.ts';
import { DEFAULT_LADDER, X264_PRESETS } from '../pipeline/model/ladder/ladder-settings.ts';
import { VIDEO_CODECS } from '../pipeline/model/plan.ts';
import { parseQuietHours } from '../pipeline/model/work/quiet-hours.ts';
import { parseTrustedProxies } from './http/client-address.ts';

/** Every setting has one name, the same in the environment, in millrace.config.json and in code. */
export type Settings = z.infer<typeof settingsSchema>;

export const CONFIG_FILE = 'millrace.config.json';

const MIB = 1024 * 1024;

/** In the file a number may be a number; in the environment everything is text. */
const number = (schema: z.ZodNumber) => z.preprocess((value) => (isNumeral(value) ? Number(value) : value), schema);
const flag = () => z.preprocess((value) => FLAGS.get(String(value).toLowerCase()) ?? value, z.boolean('must be 1 or 0'));
const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' || typeof value === 'number' ? splitList(String(value)) : value), z.array(item));

const FLAGS = new Map([
  ['1', true],
  ['true', true],
  ['yes', true],
  ['0', false],
  ['false', false],
  ['no', false],
]);

/** `description` and `unit` are what docs/settings.md says of a setting. */
export const settingsSchema = z.strictObject({
  PORT: number(z.number('must be a number').int().min(0).max(65_535))
    .default(3000)
    .meta({ description: 'Where the server listens. 0 takes any free port. A port that is taken ends the start with a message.' }),
  HOST: z.string().min(1).default('127.0.0.1').meta({
    description: 'The address to listen on. The default is reached from this machine only; `0.0.0.0` opens it to the network.',
  }),
  ALLOWED_HOSTS: list(z.string().min(1)).default([]).meta({
    description: 'Further host names under which the API may be reached, e.g. `films.example.org` behind a proxy. Comma-separated.',
  }),
  BASE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://films.example.org' })
    .refine((text) => !URL.canParse(text) || ['', '/'].includes(text.slice(new URL(text).origin.length)), 'must have no path')
    .optional()
    .meta({
      description:
        'Where people reach this server when that is not where it listens: `https://films.example.org`, behind a proxy. Its name counts as one of ALLOWED_HOSTS.',
    }),
  TRUST_PROXY: list(z.string().min(1))
    .refine(
      (names) => parseTrustedProxies(names) !== undefined,
      'must be addresses or networks such as 10.0.0.5, 10.0.0.0/8, loopback or private',
    )
    .default([])
    .meta({
      description:
        'Proxies in front of this server whose X-Forwarded-For is believed, so that limits count by client: addresses, networks such as `10.0.0.0/8`, `loopback` or `private`. Comma-separated.',
    }),
  MAX_CONNECTIONS: number(z.number('must be a number').int().min(1).max(1_000_000)).default(10_000).meta({
    description: 'The most connections at once. Further ones are closed.',
  }),
  CONNECTIONS_PER_ADDRESS: number(z.number('must be a number').int().min(0).max(1_000_000)).default(512).meta({
    description:
      'The most connections of one address (of IPv6, one /64 network) at once. This machine and TRUST_PROXY are not held to it. 0: no limit.',
  }),
  REQUESTS_PER_ADDRESS: number(z.number('must be a number').int().min(0).max(1_000_000)).default(256).meta({
    description:
      'The most requests of one address that are under way at once, such as waits for segments and uploads; further ones are answered 429. This machine is not held to it. 0: no limit.',
  }),
  API_TOKEN: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'When set, whatever changes the library needs `Authorization: Bearer <token>`.' }),
  MEDIA_DIR: z
    .string()
    .min(1)
    .default('./media')
    .meta({ description: 'The media home: inbox, originals, streams, failed and the catalogue. Relative to the folder of the start.' }),
  SEGMENT_SECONDS: number(z.number('must be a number').int().min(2).max(10))
    .default(4)
    .meta({ description: 'Length of a segment. Holds for titles that are planned from now on.', unit: 'seconds, whole' }),
  CHUNK_SECONDS: number(z.number('must be a number').min(2).max(600)).default(120).meta({
    description: 'How much of a title one ffmpeg run encodes in the background. What it has finished is there at once.',
    unit: 'seconds',
  }),
  CODECS: list(z.enum(VIDEO_CODECS, `must be of ${VIDEO_CODECS.join(', ')}`))
    .default(['h264'])
    .meta({
      description:
        'Video codecs of the ladder. H.264 is always made, since every player has it; `hevc` and `av1` add the same rungs in fewer bits for the players that can, encoded when somebody asks for them or when all of H.264 is there. HEVC keeps high dynamic range. They take about three and five times as long to encode as H.264; holds for titles that are planned from now on. Comma-separated.',
    }),
  LADDER: list(number(z.number('must be heights such as 1080,720,360').int().min(120).max(4320)))
    .pipe(z.array(z.number()).min(1))
    .default([...DEFAULT_LADDER.rungs])
    .meta({
      description: 'Heights of the rungs, as boxes of 16:9 that a picture of another shape is fitted into. Never above the source.',
      unit: 'lines, comma-separated',
    }),
  PRESET: z
    .enum(X264_PRESETS, `must be one of ${X264_PRESETS.join(', ')}`)
    .default(DEFAULT_LADDER.preset)
    .meta({ description: 'Preset of libx264 and libx265: slower ones make smaller files at the same quality.' }),
  CRF: number(z.number('must be a number').min(10).max(40))
    .default(DEFAULT_LADDER.crf)
    .meta({ description: 'Quality as libx264 counts it: lower is better and larger. The bit rate is capped per rung all the same.' }),
  COPY: z.enum(['auto', 'never']).default('auto').meta({
    description:
      'Whether H.264 and AAC that every browser plays are taken over as they are, as the best rung and the sound, where the file allows that (MP4 and MOV): less work, nothing lost. `never` encodes everything. The report of a title says what was copied, or why not. Holds for titles that are planned from now on.',
  }),
  CONTENT_AWARE: flag().default(false).meta({
    description:
      'Samples a picture before its title is planned, which then can be played one to three seconds later, and fits the ladder to it: a coarser CRF where nobody would see the difference, and no rung that adds nothing. Holds for titles that are planned from now on. 0: the same ladder for all.',
  }),
  LOUDNESS_LUFS: number(z.number('must be a number such as -16').min(-36).max(-5)).optional().meta({
    description:
      'Makes every sound track as loud as this (EBU R128), as far as its true peak allows: -23 as in broadcasting, -16 for headphones. Each track is heard once before its title can be played, about a second for two minutes of it; holds for titles that are planned from now on. Unset: as loud as it is.',
    unit: 'LUFS',
  }),
  ENCODERS: number(z.number('must be a number').int().min(1).max(64))
    .optional()
    .meta({ description: 'How many ffmpeg runs there are at once. Unset: what fits the cores.' }),
  DEMAND_WAIT_SECONDS: number(z.number('must be a number').positive().max(120))
    .default(20)
    .meta({ description: 'How long a request for a segment that is not encoded yet is held before it is answered 503.', unit: 'seconds' }),
  LEAD_SECONDS: number(z.number('must be a number').min(0).max(600))
    .default(30)
    .meta({ description: 'How far ahead of a viewer segments are kept ready.', unit: 'seconds' }),
  DEMAND_IDLE_SECONDS: number(z.number('must be a number').min(1).max(3600)).default(20).meta({
    description: 'A viewer who has asked for nothing for so long has left: nothing more is encoded for that viewer.',
    unit: 'seconds',
  }),
  BACKGROUND_CORES: number(z.number('must be a number').int().min(0).max(1024)).optional().meta({
    description:
      'Cores for work that nobody waits for. 0: only what viewers ask for is encoded, and the first seconds and the poster of new titles: no previews on the timeline, no waveforms. Unset: all of them.',
    unit: 'cores',
  }),
  QUIET_HOURS: z
    .string()
    .refine((text) => parseQuietHours(text) !== undefined, 'must be hours such as 08:00-23:00')
    .optional()
    .meta({
      description:
        'Daily hours, local time, in which nothing is encoded but what viewers ask for and the first seconds of new titles; posters and previews come afterwards: `08:00-23:00`.',
    }),
  MAX_DISK_BYTES: number(z.number('must be a number').int().min(1).max(Number.MAX_SAFE_INTEGER)).optional().meta({
    description:
      'The most that the segments of all titles may take up; originals are not counted. What was watched least recently is evicted, and encoded again when somebody asks for it. Unset: no limit.',
    unit: 'bytes',
  }),
  CACHE_BYTES: number(z.number('must be a number').int().min(0).max(Number.MAX_SAFE_INTEGER))
    .default(256 * MIB)
    .meta({
      description:
        'The most memory for segments and playlists that are sent again and again, and for those that slow clients are still being sent. What does not fit is read piece by piece; 0 does that with all segments.',
      unit: 'bytes',
    }),
  MAX_UPLOAD_BYTES: number(z.number('must be a number').int().min(1).max(Number.MAX_SAFE_INTEGER))
    .default(64 * 1024 * MIB)
    .meta({ description: 'The largest file that an upload may bring.', unit: 'bytes' }),
  INBOX_QUIET_SECONDS: number(z.number('must be a number').min(0).max(3600)).default(10).meta({
    description: 'How long a dropped file must stand still when its container does not show that it is complete.',
    unit: 'seconds',
  }),
  INBOX_POLLING: flag()
    .default(false)
    .meta({ description: 'Look into the inbox at intervals instead of being told: for network mounts, where nobody tells.' }),
  SAMPLE: flag().default(true).meta({ description: 'With an empty library, make a short sample clip and drop it into the inbox.' }),
  FFMPEG_PATH: z.string().min(1).optional().meta({ description: 'The ffmpeg to use. Unset: ffmpeg-static’s, then the one on PATH.' }),
  FFPROBE_PATH: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'The ffprobe to use. Unset: the one beside ffmpeg, then the one on PATH.' }),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta({ description: 'How much is logged (JSON lines on standard error).' }),
});

export interface SettingsSources {
  env?: NodeJS.ProcessEnv;
  /** Where millrace.config.json is looked for, and what MEDIA_DIR is relative to. */
  folder?: string;
}

/**
 * Settings from the environment, then millrace.config.json, then the defaults. An empty variable counts as unset; a
 * variable that is no setting is somebody else's, an unknown key in the file is a mistake.
 *
 * @throws AppError `config_invalid`, naming each setting that is wrong and where it stands
 */
export function loadSettings({ env = process.env, folder = process.cwd() }: SettingsSources = {}): Settings {
  const fromFile = readConfigFile(join(folder, CONFIG_FILE));
  const fromEnvironment = Object.fromEntries(
    Object.keys(settingsSchema.shape)
      .filter((name) => env[name] !== undefined && env[name]?.trim() !== '')
      .map((name) => [name, env[name]?.trim()]),
  );
  const parsed = settingsSchema.safeParse({ ...fromFile, ...fromEnvironment });
  if (!parsed.success) throw invalid(parsed.error, new Set(Object.keys(fromEnvironment)));
  return { ...parsed.data, MEDIA_DIR: resolve(folder, parsed.data.MEDIA_DIR) };
}

function readConfigFile(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new AppError('config_invalid', `${CONFIG_FILE} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('it holds no object');
    return value as Record<string, unknown>;
  } catch (error) {
    throw new AppError('config_invalid', `${CONFIG_FILE} is no JSON object: ${(error as Error).message}`, { cause: error });
  }
}

function invalid(error: z.ZodError, inEnvironment: ReadonlySet<string>): AppError {
  const sentences = error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')} in ${CONFIG_FILE}: there is no such setting`;
    const name = String(issue.path[0]);
    return `${name} ${inEnvironment.has(name) ? 'in the environment' : `in ${CONFIG_FILE}`}: ${issue.message}`;
  });
  return new AppError('config_invalid', `The settings are not right. ${sentences.join('; ')}.`);
}

function isNumeral(value: unknown): value is string {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
