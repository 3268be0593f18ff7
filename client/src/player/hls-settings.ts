import type Hls from 'hls.js';
import type { HlsConfig, LoaderConfig, RetryConfig } from 'hls.js';
import type { PreparedParts } from '../segments/prepared-parts.ts';
import { PatientAbrController } from './patient-abr-controller.ts';

/**
 * A segment that nobody has watched yet is encoded while it is waited for: the server holds the request until it is whole,
 * and answers 503 with Retry-After when that takes too long. Neither is a failure, so neither may end playback.
 */
const FIRST_BYTE_MS = 25_000;
const SEGMENT_MS = 120_000;
const PLAYLIST_MS = 40_000;

/** Retry-After is 2 s: coming back sooner only costs a request. */
const COME_AGAIN: RetryConfig = { maxNumRetry: 12, retryDelayMs: 2_000, maxRetryDelayMs: 2_000 };
const AT_ONCE: RetryConfig = { maxNumRetry: 4, retryDelayMs: 0, maxRetryDelayMs: 0 };

function patient(maxLoadTimeMs: number): { default: LoaderConfig } {
  return { default: { maxTimeToFirstByteMs: FIRST_BYTE_MS, maxLoadTimeMs, timeoutRetry: AT_ONCE, errorRetry: COME_AGAIN } };
}

export interface HlsOptions {
  /** What the line is taken for until it is measured. */
  estimateBps: number;
  startSeconds: number;
  autoStartLoad: boolean;
  lookAt: PreparedParts['lookAt'];
}

/** What Millrace asks of hls.js. */
export function hlsSettings(options: HlsOptions): Partial<HlsConfig> {
  return {
    // hls.js makes it, and gives it nothing but itself.
    abrController: class extends PatientAbrController {
      constructor(hls: Hls) {
        super(hls, options.lookAt);
      }
    },
    fragLoadPolicy: patient(SEGMENT_MS),
    playlistLoadPolicy: patient(PLAYLIST_MS),
    manifestLoadPolicy: patient(PLAYLIST_MS),
    // The test would load, and so encode, the first segment of the lowest rung only to throw it away.
    startLevel: -1,
    testBandwidth: false,
    abrEwmaDefaultEstimate: options.estimateBps,
    capLevelToPlayerSize: true,
    // Every second of buffer beyond what smooth playback needs is encoding that may be for nobody.
    maxBufferLength: 30,
    maxMaxBufferLength: 45,
    backBufferLength: 30,
    startPosition: options.startSeconds,
    autoStartLoad: options.autoStartLoad,
  };
}
