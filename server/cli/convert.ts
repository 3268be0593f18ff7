import { convertFile } from '../../pipeline/convert-file.ts';
import { AppError } from '../../pipeline/errors.ts';
import { locateFfmpeg } from '../../pipeline/ffmpeg/locate.ts';
import { createFsSegmentStore } from '../../pipeline/storage/fs-segment-store.ts';
import { ffmpegSettings, planSettings } from '../plan-settings.ts';
import type { CommandContext } from './command-context.ts';

/** `millrace convert FILE OUTDIR`: the pipeline into a folder that any web server can serve. Interrupted, it goes on the next time. */
export async function convertCommand(context: CommandContext, input: string, outDir: string, options: { json?: boolean }): Promise<void> {
  const { settings, log } = context;
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const tools = await locateFfmpeg({ ...ffmpegSettings(settings), log });
    const { playlistPath, plan } = await convertFile({
      ...{ input, outDir, tools, log, signal: stop.signal },
      openStore: (root) => createFsSegmentStore({ root, log }),
      plan: planSettings(settings),
      onProgress: noteProgress(context),
    });
    const renditions = plan.renditions.map((rendition) => rendition.id);
    context.print(options.json ? JSON.stringify({ playlistPath, renditions }) : `${playlistPath} plays ${renditions.join(', ')}.`);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new AppError('cancelled', 'Interrupted. The same command goes on from here.', { cause: error });
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** Every tenth part, once. */
function noteProgress({ note }: CommandContext): (progress: number) => void {
  let told = 0;
  return (progress) => {
    const tenths = Math.floor(progress * 10);
    if (tenths <= told) return;
    told = tenths;
    note(`${tenths * 10} %`);
  };
}
