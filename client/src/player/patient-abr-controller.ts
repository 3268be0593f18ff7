import type Hls from 'hls.js';
import { AbrController, type Events, type FragBufferedData, type FragLoadedData, type LoaderStats } from 'hls.js';
import type { PreparedParts } from '../segments/prepared-parts.ts';
import { chooseRung } from './choose-rung.ts';
import { keepCodec } from './keep-codec.ts';
import { placeToLoad } from './place-to-load.ts';

/** What is private in hls.js 1.7 and is needed here; test/client/player/patient-abr-controller.test.ts notices when it changes. */
interface Internals {
  _abandonRulesCheck: (...args: unknown[]) => void;
  fragCurrent: { stats: LoaderStats } | null;
  partCurrent: { stats: LoaderStats } | null;
}

/**
 * hls.js takes the wait before the first byte for a slow network: it abandons the segment for a lower rung, which is one
 * more cold encode, and lowers its estimate of the line. From Millrace that wait is the encoder, since no byte is sent
 * before all can be. So nothing is abandoned while no byte has arrived, the line is measured from the first byte on, and
 * `chooseRung` decides what is worth encoding. Without `lookAt`, nothing is known of what is stored.
 */
export class PatientAbrController extends AbrController {
  readonly #lookAt: PreparedParts['lookAt'];

  constructor(hls: Hls, lookAt: PreparedParts['lookAt'] = () => undefined) {
    super(hls);
    this.#lookAt = lookAt;
    const internals = this as unknown as Internals;
    const abandonIfTooSlow = internals._abandonRulesCheck;
    internals._abandonRulesCheck = (...args) => {
      const stats = (internals.partCurrent ?? internals.fragCurrent)?.stats;
      if (stats === undefined) return abandonIfTooSlow(...args);
      if (stats.loaded === 0 && !stats.aborted) return;
      fromFirstByte(stats, () => abandonIfTooSlow(...args));
    };
  }

  override get nextAutoLevel(): number {
    const { hls } = this;
    const wanted = keepCodec(hls.levels, super.nextAutoLevel, hls.loadLevel);
    const seconds = placeToLoad(hls.mainForwardBufferInfo, hls.media);
    // Which codec playback begins with is hls.js's choice: what browsers decode, they do not all decode alike.
    const alike = hls.levels.flatMap(({ codecSet }, index) => (codecSet === hls.levels[wanted]?.codecSet ? [index] : []));
    const chosen = chooseRung({
      wanted: alike.indexOf(wanted),
      current: alike.indexOf(hls.loadLevel),
      bufferSeconds: hls.mainForwardBufferInfo?.len ?? 0,
      isNewPlace: hls.loadLevel < 0 || hls.media?.seeking === true,
      rungs: alike.map((index) => this.#lookAt(hls.levels[index]?.uri ?? '', seconds)),
    });
    return alike[chosen] ?? wanted;
  }

  override set nextAutoLevel(level: number) {
    super.nextAutoLevel = level;
  }

  protected override onFragLoaded(event: Events.FRAG_LOADED, data: FragLoadedData): void {
    fromFirstByte((data.part ?? data.frag).stats, () => super.onFragLoaded(event, data));
  }

  protected override onFragBuffered(event: Events.FRAG_BUFFERED, data: FragBufferedData): void {
    fromFirstByte((data.part?.stats.loaded ? data.part : data.frag).stats, () => super.onFragBuffered(event, data));
  }
}

/** Lets hls.js measure as if the request had begun with its first byte. What others read of it stays true. */
function fromFirstByte({ loading }: Pick<LoaderStats, 'loading'>, measure: () => void): void {
  const requestedMs = loading.start;
  if (loading.first > 0) loading.start = loading.first;
  measure();
  loading.start = requestedMs;
}
