import { codecsPlan } from '../sample-plan.ts';
import type { PlantedViolation } from './planted-violations.ts';
import { editText, type Files, type SyntheticOptions, sampleData, syntheticTitle } from './synthetic-title.ts';

const MULTIVARIANT = 'multivariant.m3u8';

/** A good title of three codecs, one of them with high dynamic range. */
const title = (options: SyntheticOptions = {}): Files => syntheticTitle({ plan: codecsPlan(), ...options });

function edited(from: string, to: string): () => Files {
  return () => {
    const files = title();
    editText(files, MULTIVARIANT, (text) => text.replace(from, to));
    return files;
  };
}

/** What H.264 has no part in. */
export const PLANTED_IN_CODECS: PlantedViolation[] = [
  ...(['hevc', 'av1'] as const).map(
    (codec): PlantedViolation => ({
      rules: ['A7.4'],
      what: `a first frame of ${codec} that is flagged as sync and is none`,
      files: () =>
        title({
          tweak: ({ id }, segment, { samples, ...rest }) => {
            const isHit = id === `v90-${codec}` && segment === 1;
            const data = (size: number): { data: Uint8Array } => ({ data: sampleData(size, false, codec) });
            return [{ ...rest, samples: samples.map((sample) => (isHit ? { ...sample, ...data(sample.data.length) } : sample)) }];
          },
        }),
    }),
  ),
  { rules: ['A9.1'], what: 'the CODECS of HEVC in eight bits', files: edited('hvc1.2.4.', 'hvc1.1.6.') },
  { rules: ['A9.1'], what: 'the CODECS of AV1 of another level', files: edited('av01.0.00M', 'av01.0.04M') },
  { rules: ['A9.16'], what: 'HLG where it is PQ', files: edited('VIDEO-RANGE=PQ', 'VIDEO-RANGE=HLG') },
  {
    rules: ['A1.10'],
    what: 'parameter sets of HEVC in the samples',
    files: () => {
      const files = edited('hvc1.2.4', 'hev1.2.4')();
      const init = Buffer.from(files.get('v90-hevc/init.mp4')!);
      init.write('hev1', init.indexOf('hvc1'));
      files.set('v90-hevc/init.mp4', init);
      return files;
    },
  },
];
