import { installDebianPackages, isOnPath } from './debian-packages.mjs';
import { explainMissingFfmpeg } from './ffmpeg.mjs';
import { SetupError, say } from './run.mjs';

/** The browser and the native HLS players that end-to-end tests play in, and what looks at calls. Where one cannot be had, its tests skip, visibly. */
const TOOLS = [
  { commands: ['chromium', 'chromium-browser', 'google-chrome'], packages: ['chromium'] },
  { commands: ['mpv'], packages: ['mpv'] },
  { commands: ['strace'], packages: ['strace'] },
  {
    commands: ['gst-launch-1.0'],
    // playbin3 is in base, the HTTP source in good, hlsdemux in bad, the H.264 and AAC decoders in libav.
    packages: [
      'gstreamer1.0-tools',
      'gstreamer1.0-plugins-base',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
      'gstreamer1.0-libav',
    ],
  },
];

/** Installs, in one go, what tests run and this machine lacks. Needs the server's build. */
export async function ensureTestTools() {
  const ffmpegMissing = (await explainMissingFfmpeg()) !== undefined;
  const absent = TOOLS.filter(({ commands }) => !commands.some(isOnPath)).flatMap(({ packages }) => packages);
  const packages = ffmpegMissing ? ['ffmpeg', ...absent] : absent;
  if (packages.length === 0) return;
  if (await installDebianPackages(packages, 'which tests need')) {
    if (!ffmpegMissing) return;
  } else {
    say(`Not here, and not mine to install: tests that need them are skipped. To run them: apt-get install -y ${packages.join(' ')}`);
  }
  const missing = await explainMissingFfmpeg();
  if (missing !== undefined) throw new SetupError(missing);
}
