import type { IframeRenditionPlan } from '../../../../../pipeline/model/plan.ts';
import { iframeRendition, samplePlan } from '../sample-plan.ts';
import type { PlantedViolation } from './planted-violations.ts';
import { editText, type Files, type FragmentInput, sampleData, syntheticTitle } from './synthetic-title.ts';

const MULTIVARIANT = 'multivariant.m3u8';
const MEDIA = 'i360/media.m3u8';

function edited(path: string, from: string | RegExp, to: string): () => Files {
  return () => {
    const files = syntheticTitle();
    editText(files, path, (text) => text.replace(from, to));
    return files;
  };
}

/** Renders one I-frame otherwise. */
function tweaked(tweak: (fragment: FragmentInput) => FragmentInput[]): () => Files {
  return () =>
    syntheticTitle({
      tweak: (rendition, segment, fragment) => (rendition.kind === 'iframe' && segment === 2 ? tweak(fragment) : [fragment]),
    });
}

function planned(changes: Partial<IframeRenditionPlan>): () => Files {
  const plan = samplePlan();
  const renditions = [...plan.renditions.filter(({ kind }) => kind !== 'iframe'), iframeRendition(changes)];
  return () => syntheticTitle({ plan: { ...plan, renditions } });
}

export const PLANTED_IN_IFRAMES: PlantedViolation[] = [
  { rules: ['A6.1'], what: 'no I-frame playlist', files: edited(MULTIVARIANT, /#EXT-X-I-FRAME-STREAM-INF.*\n/, '') },
  { rules: ['R4.4.6.3'], what: 'an I-frame playlist that does not say so', files: edited(MEDIA, '#EXT-X-I-FRAMES-ONLY\n', '') },
  {
    rules: ['R4.4.6.3'],
    what: 'a variant whose playlist says that it is of I-frames',
    files: edited('v360/media.m3u8', '#EXTINF', '#EXT-X-I-FRAMES-ONLY\n#EXTINF'),
  },
  {
    rules: ['A6.10'],
    what: 'two frames in one file',
    files: tweaked(({ samples: [only], ...fragment }) => {
      const half = { ...only!, durationTicks: only!.durationTicks / 2 };
      return [{ ...fragment, samples: [half, half] }];
    }),
  },
  {
    rules: ['A6.10'],
    what: 'a frame that depends on others',
    files: tweaked(({ samples: [only], ...fragment }) => [{ ...fragment, samples: [{ ...only!, data: sampleData(300, false) }] }]),
  },
  {
    rules: ['R4.4.3.6'],
    what: 'an I-frame that stands one tick late',
    files: tweaked((fragment) => [{ ...fragment, baseDecodeTicks: fragment.baseDecodeTicks + 1 }]),
  },
  {
    rules: ['R4.4.3.6'],
    what: 'I-frames that end before the film does',
    files: edited(MEDIA, /#EXTINF:[^\n]*\n\d+\.m4s\n#EXT-X-ENDLIST/, '#EXT-X-ENDLIST'),
  },
  { rules: ['A9.3'], what: 'I-frames without CODECS', files: edited(MULTIVARIANT, /(I-FRAME-STREAM-INF.*),CODECS="[^"]*"/, '$1') },
  { rules: ['A9.4'], what: 'I-frames without RESOLUTION', files: edited(MULTIVARIANT, /(I-FRAME-STREAM-INF.*),RESOLUTION=\w+/, '$1') },
  { rules: ['A9.4'], what: 'I-frames of another shape', files: planned({ width: 480 }) },
  {
    rules: ['A1.27'],
    what: 'a BANDWIDTH of I-frames that is twice the truth',
    files: edited(MULTIVARIANT, /(I-FRAME-STREAM-INF:BANDWIDTH=)(\d+)/, '$19$2'),
  },
];
