import { installDebianPackages } from './debian-packages.mjs';
import { fromRoot } from './root.mjs';
import { SetupError } from './run.mjs';

/** Sees to it that there is an ffmpeg that will do, and installs Debian's where that is allowed. Needs the server's build. */
export async function ensureFfmpeg() {
  if ((await explainMissingFfmpeg()) === undefined) return;
  await installDebianPackages(['ffmpeg'], 'since no ffmpeg that will do is here');
  const missing = await explainMissingFfmpeg();
  if (missing !== undefined) throw new SetupError(missing);
}

/** Why there is no ffmpeg to work with and what to type; undefined when there is one. */
export async function explainMissingFfmpeg() {
  const { locateFfmpeg } = await import(fromRoot('dist/pipeline/ffmpeg/locate.js'));
  const { createLog } = await import(fromRoot('dist/pipeline/log.js'));
  const { loadSettings } = await import(fromRoot('dist/server/config.js'));
  try {
    const { FFMPEG_PATH: ffmpegPath, FFPROBE_PATH: ffprobePath } = loadSettings();
    // In silence: the server looks, and reports, again.
    await locateFfmpeg({ ffmpegPath, ffprobePath, log: createLog('silent') });
    return undefined;
  } catch (error) {
    const { code, message } = /** @type {{ code?: string, message: string }} */ (error);
    if (code === 'ffmpeg_missing') return message;
    if (code === 'config_invalid') throw new SetupError(message);
    throw error;
  }
}
