import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './find-program.ts';

/** Tests that need it skip where there is none. */
export const chromiumPath = findProgram('chromium', 'chromium-browser', 'google-chrome');

/** A browser that talks to nobody but our server, with a fresh profile. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}
