import type Hls from 'hls.js';
import { AbrController, type Events, type FragBufferedData, type LoaderStats } from 'hls.js';

/** What is private in hls.js 1.7 and is needed here; test/client/player/patient-abr-controller.test.ts notices when it changes. */
interface Internals {
  _abandonRulesCheck: (...args: unknown[]) => void;
  fragCurrent: { stats: LoaderStats } | null;
  partCurrent: { stats: LoaderStats } | null;
}

/**
 * What must be buffered before a higher rung is tried: it may have to be encoded first, and from cold a segment of four
 * seconds takes about half of that, twice as long beside other work.
 */
const CLIMB_BUFFER_SECONDS = 8;

/**
 * hls.js takes the wait before the first byte for a slow network: it abandons the segment for a lower rung, which is one
 * more cold encode, and lowers its estimate of the line. From Millrace that wait is the encoder, since no byte is sent
 * before all can be. So nothing is abandoned while no byte has arrived, the line is measured from the first byte on, and
 * the buffer, not the line, pays for a higher rung.
 */
export class PatientAbrController extends AbrController {
  constructor(hls: Hls) {
    super(hls);
    const internals = this as unknown as Internals;
    const abandonIfTooSlow = internals._abandonRulesCheck;
    internals._abandonRulesCheck = (...args) => {
      const stats = (internals.partCurrent ?? internals.fragCurrent)?.stats;
      if (stats !== undefined && stats.loaded === 0 && !stats.aborted) return;
      abandonIfTooSlow(...args);
    };
  }

  override get nextAutoLevel(): number {
    const next = super.nextAutoLevel;
    const { loadLevel, mainForwardBufferInfo } = this.hls;
    const isClimb = loadLevel >= 0 && next > loadLevel;
    return isClimb && (mainForwardBufferInfo?.len ?? 0) < CLIMB_BUFFER_SECONDS ? loadLevel : next;
  }

  override set nextAutoLevel(level: number) {
    super.nextAutoLevel = level;
  }

  protected override onFragBuffered(event: Events.FRAG_BUFFERED, data: FragBufferedData): void {
    const { loading } = (data.part?.stats.loaded ? data.part : data.frag).stats;
    const requestedMs = loading.start;
    if (loading.first > 0) loading.start = loading.first;
    super.onFragBuffered(event, data);
    loading.start = requestedMs;
  }
}
