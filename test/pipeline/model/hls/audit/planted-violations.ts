import type { ResponseFacts } from '../../../../../pipeline/model/hls/audit/audit-input.ts';
import { box, concatBytes, findBox, fullBox, requireBox, uint32, viewOf } from '../../../../../pipeline/model/mp4/box.ts';
import type { Plan, RenditionPlan } from '../../../../../pipeline/model/plan.ts';
import { goodResponse } from '../../../verify/memory-source.ts';
import { audioRendition, iframeRendition, samplePlan, videoRendition } from '../sample-plan.ts';
import { editText, type Files, type FragmentInput, type SyntheticOptions, sampleData, syntheticTitle } from './synthetic-title.ts';

/** One thing that is wrong with an otherwise good title, and the rules that it breaks: nearly always one. */
export interface PlantedViolation {
  rules: string[];
  what: string;
  files: () => Files;
  respond?: (path: string) => ResponseFacts;
}

const MULTIVARIANT = 'multivariant.m3u8';
const MEDIA = 'v360/media.m3u8';

/** Edits a text of the good title. */
function edited(path: string, edit: (text: string) => string): () => Files {
  return () => changed((files) => editText(files, path, edit))();
}

/** Changes the good title in any way. */
function changed(change: (files: Files) => void, options: SyntheticOptions = {}): () => Files {
  return () => {
    const files = syntheticTitle(options);
    change(files);
    return files;
  };
}

function built(options: SyntheticOptions): () => Files {
  return () => syntheticTitle(options);
}

/** Renders one segment otherwise. */
function tweaked(id: string, segment: number | 'all', tweak: (fragment: FragmentInput) => FragmentInput[]): () => Files {
  return built({
    tweak: (rendition, index, fragment) => (rendition.id === id && (segment === 'all' || segment === index) ? tweak(fragment) : [fragment]),
  });
}

function withRenditions(change: (rendition: RenditionPlan) => RenditionPlan): Plan {
  const plan = samplePlan();
  return { ...plan, renditions: plan.renditions.map(change) };
}

const without = (text: string) => (whole: string) => whole.replace(text, '');
const changeVideo = (id: string, changes: Partial<ReturnType<typeof videoRendition>>): Plan =>
  withRenditions((rendition) => (rendition.id === id && rendition.kind === 'video' ? { ...rendition, ...changes } : rendition));

/** Adds to the EXTINF at one place and takes it away from the next, so that the whole stays true. */
function shiftExtinf(text: string, index: number, seconds: number): string {
  let count = -1;
  return text.replaceAll(/#EXTINF:([\d.]+)/g, (_, duration) => {
    count++;
    const change = count === index ? seconds : count === index + 1 ? -seconds : 0;
    return `#EXTINF:${(Number(duration) + change).toFixed(6)}`;
  });
}

/** Puts bytes at the end of a box, and corrects the sizes of the boxes around it. */
function appendInto(bytes: Uint8Array, path: string[], added: Uint8Array): Uint8Array {
  const result = bytes.slice();
  for (let depth = 1; depth <= path.length; depth++) {
    const parent = requireBox(bytes, path.slice(0, depth));
    viewOf(result).setUint32(parent.start, parent.end - parent.start + added.length);
  }
  const { end } = requireBox(bytes, path);
  return concatBytes([result.subarray(0, end), added, result.subarray(end)]);
}

function editBytes(files: Files, path: string, edit: (bytes: Uint8Array) => Uint8Array): void {
  files.set(path, edit(files.get(path) as Uint8Array));
}

function copyOfBox(bytes: Uint8Array, path: string[]): Uint8Array {
  const found = requireBox(bytes, path);
  return bytes.slice(found.start, found.end);
}

function mapText(bytes: Uint8Array, from: string, to: string): Uint8Array {
  return Uint8Array.from(Buffer.from(Buffer.from(bytes).toString('latin1').replace(from, to), 'latin1'));
}

const SILENT: Plan = samplePlan({ renditions: samplePlan().renditions.filter(({ kind }) => kind !== 'audio') });

export const PLANTED: PlantedViolation[] = [
  { rules: ['R4.1'], what: 'a byte order mark', files: edited(MEDIA, (text) => `\ufeff${text}`) },
  {
    rules: ['R4.1'],
    what: 'bytes that are not UTF-8',
    files: changed((files) => editBytes(files, MEDIA, (bytes) => concatBytes([bytes, Uint8Array.of(0x23, 0xff, 0x0a)]))),
  },
  {
    rules: ['R4'],
    what: 'a header tag that stands twice',
    files: edited(MEDIA, (text) => text.replace('#EXT-X-MAP', '#EXT-X-VERSION:7\n#EXT-X-MAP')),
  },
  { rules: ['R4'], what: 'a media playlist that is not there', files: changed((files) => void files.delete(MEDIA)) },
  { rules: ['P1'], what: 'a segment that is not there', files: changed((files) => void files.delete('v360/2.m4s')) },
  {
    rules: ['P1'],
    what: 'a segment that is cut off',
    files: changed((files) => editBytes(files, 'a1/2.m4s', (bytes) => bytes.subarray(0, 900))),
  },
  {
    rules: ['P1'],
    what: 'a playlist at another origin',
    files: edited(MEDIA, (text) => text.replace('2.m4s', 'http://elsewhere.invalid/2.m4s')),
  },
  {
    rules: ['R4.4.3.1'],
    what: 'a segment that rounds up past the target duration',
    files: built({ plan: { ...SILENT, timeline: { ...SILENT.timeline, boundaries: [0, 405_000, 720_000] } } }),
  },
  { rules: ['R4.4.3.4'], what: 'no ENDLIST', files: edited(MEDIA, without('#EXT-X-ENDLIST\n')) },
  { rules: ['A8.2'], what: 'another target duration', files: edited(MEDIA, (text) => text.replace('DURATION:4', 'DURATION:5')) },
  {
    rules: ['A8.3'],
    what: 'sound that ends early',
    files: edited('a2/media.m3u8', (text) => text.replace(/#EXTINF:[\d.]+,\n4\.m4s\n/, '')),
  },
  { rules: ['A8.6'], what: 'no playlist type', files: edited(MEDIA, without('#EXT-X-PLAYLIST-TYPE:VOD\n')) },
  { rules: ['A8.20'], what: 'no EXT-X-MAP', files: edited(MEDIA, without('#EXT-X-MAP:URI="init.mp4"\n')) },
  {
    rules: ['A9.11'],
    what: 'segments not said to be independent for all',
    files: edited(MULTIVARIANT, without('#EXT-X-INDEPENDENT-SEGMENTS\n')),
  },
  {
    rules: ['A9.11', 'A9.12'],
    what: 'segments not said to be independent at all',
    files: changed((files) =>
      [MULTIVARIANT, MEDIA].forEach((path) => void editText(files, path, without('#EXT-X-INDEPENDENT-SEGMENTS\n'))),
    ),
  },

  {
    rules: ['A7.3'],
    what: 'a segment that starts one tick late',
    files: tweaked('v360', 3, (fragment) => [{ ...fragment, baseDecodeTicks: fragment.baseDecodeTicks + 1 }]),
  },
  {
    rules: ['A7.3'],
    what: 'a hole inside a segment of sound',
    files: tweaked('a1', 3, ({ baseDecodeTicks, samples }) => [
      { baseDecodeTicks, samples: samples.slice(0, 10) },
      { baseDecodeTicks: baseDecodeTicks + 11 * 1024, samples: samples.slice(10) },
    ]),
  },
  {
    rules: ['A7.4'],
    what: 'a first frame that is not flagged as sync',
    files: tweaked('v360', 1, ({ samples, ...rest }) => [{ ...rest, samples: samples.map((sample) => ({ ...sample, isSync: false })) }]),
  },
  {
    rules: ['A7.4'],
    what: 'a first frame that is flagged as sync and is no IDR',
    files: tweaked('v360', 1, ({ samples, ...rest }) => [
      { ...rest, samples: samples.map((sample) => ({ ...sample, data: sampleData(sample.data.length, false) })) },
    ]),
  },
  {
    rules: ['R4.4.3.1', 'A7.7'],
    what: 'segments much longer than the target duration',
    files: changed((files) => {
      for (const path of files.keys()) {
        if (path.endsWith('media.m3u8')) editText(files, path, (text) => text.replace('DURATION:4', 'DURATION:3'));
      }
    }),
  },
  {
    rules: ['A8.1'],
    what: 'EXTINFs that are a frame and more off, and right in sum',
    files: changed((files) => {
      for (const path of files.keys()) if (/^[va].*media\.m3u8$/.test(path)) editText(files, path, (text) => shiftExtinf(text, 2, 0.045));
    }),
  },
  {
    rules: ['A8.7'],
    what: 'sound whose times are a second off the picture',
    files: tweaked('a2', 'all', (fragment) => [{ ...fragment, baseDecodeTicks: fragment.baseDecodeTicks + 44_100 }]),
  },
  {
    rules: ['A8.22'],
    what: 'sound that is cut at other places',
    files: changed((files) => {
      const plan = samplePlan();
      const boundaries = plan.timeline.boundaries.map((ticks) => (ticks === 720_000 ? 675_000 : ticks));
      for (const [path, bytes] of syntheticTitle({ plan: { ...plan, timeline: { ...plan.timeline, boundaries } } })) {
        if (path.startsWith('a2/')) files.set(path, bytes);
      }
    }),
  },
  {
    rules: ['P2'],
    what: 'a negative composition offset',
    files: changed((files) => editBytes(files, 'v360/1.m4s', withNegativeOffset), {
      tweak: (_, __, fragment) => [
        { ...fragment, samples: fragment.samples.map((sample, index) => ({ ...sample, compositionOffsetTicks: index === 1 ? 1 : 0 })) },
      ],
    }),
  },
  {
    rules: ['P3'],
    what: 'an edit list',
    files: changed((files) =>
      editBytes(files, 'v360/init.mp4', (bytes) =>
        appendInto(bytes, ['moov', 'trak'], box('edts', fullBox('elst', 0, 0, uint32(1, 0, 3600, 0x10000)))),
      ),
    ),
  },
  {
    rules: ['A1.13'],
    what: 'four seconds without a keyframe',
    files: tweaked('v360', 3, ({ samples, ...rest }) => [
      { ...rest, samples: samples.map((sample, index) => ({ ...sample, isSync: index === 0 })) },
    ]),
  },

  { rules: ['A9.1'], what: 'no CODECS', files: edited(MULTIVARIANT, without('CODECS="avc1.64001e,mp4a.40.2",')) },
  {
    rules: ['A9.1'],
    what: 'the CODECS of another level',
    files: edited(MULTIVARIANT, (text) => text.replace('avc1.64001e', 'avc1.64001f')),
  },
  {
    rules: ['A9.1'],
    what: 'CODECS without those of the sound',
    files: edited(MULTIVARIANT, (text) => text.replace('avc1.64001e,mp4a.40.2', 'avc1.64001e')),
  },
  { rules: ['A9.2'], what: 'no RESOLUTION', files: edited(MULTIVARIANT, without('RESOLUTION=640x360,')) },
  {
    rules: ['A9.2'],
    what: 'the RESOLUTION of the coded blocks',
    files: edited(MULTIVARIANT, (text) => text.replace('640x360', '640x368')),
  },
  { rules: ['A9.15'], what: 'no FRAME-RATE', files: edited(MULTIVARIANT, without('FRAME-RATE=25.000,')) },
  {
    rules: ['A9.15'],
    what: 'another FRAME-RATE',
    files: edited(MULTIVARIANT, (text) => text.replace('FRAME-RATE=25.000', 'FRAME-RATE=30.000')),
  },
  {
    rules: ['A1.19'],
    what: 'a hundred frames per second',
    files: built({ plan: changeVideo('v540', { frameRate: 100, level: 32, codecs: 'avc1.640020' }) }),
  },
  {
    rules: ['A1.3'],
    what: 'High 10 profile',
    files: built({
      plan: withRenditions((rendition) =>
        rendition.kind === 'audio' ? rendition : { ...rendition, codecs: rendition.codecs.replace('avc1.64', 'avc1.6e') },
      ),
      sps: { profile: 110 },
    }),
  },
  {
    rules: ['A1.10'],
    what: 'parameter sets in the samples',
    files: changed((files) => {
      editBytes(files, 'v360/init.mp4', (bytes) => mapText(bytes, 'avc1', 'avc3'));
      editText(files, MULTIVARIANT, (text) => text.replace('avc1.64001e', 'avc3.64001e'));
    }),
  },
  { rules: ['A1.11'], what: 'level 4.0 for 540p', files: built({ plan: changeVideo('v540', { level: 40, codecs: 'avc1.640028' }) }) },
  { rules: ['A1.14'], what: 'interlaced video', files: built({ sps: { isInterlaced: true } }) },
  { rules: ['A1.33'], what: 'a variant of another shape', files: built({ plan: changeVideo('v360', { height: 480 }) }) },

  {
    rules: ['A9.9'],
    what: 'one variant of a large picture',
    files: built({ plan: samplePlan({ renditions: [videoRendition(), audioRendition(), iframeRendition()] }) }),
  },
  {
    rules: ['A1.32'],
    what: 'the variant nearest to 2 Mb/s in the last place',
    files: edited(MULTIVARIANT, (text) => text.replace(/(#EXT-X-STREAM-INF.*\n.*\n)(#EXT-X-STREAM-INF.*\n.*\n)/, '$2$1')),
  },
  {
    rules: ['A1.24', 'A9.16'],
    what: 'no SDR',
    files: edited(MULTIVARIANT, (text) => text.replaceAll('VIDEO-RANGE=SDR', 'VIDEO-RANGE=PQ')),
  },
  {
    rules: ['A1.24', 'A9.16'],
    what: 'HDR beside a variant whose range is not stated',
    files: edited(MULTIVARIANT, (text) => text.replace('VIDEO-RANGE=SDR', 'VIDEO-RANGE=PQ').replace('VIDEO-RANGE=SDR,', '')),
  },
  {
    rules: ['A2.3'],
    what: 'multichannel sound alone',
    files: built({ plan: withRenditions((rendition) => (rendition.kind === 'audio' ? { ...rendition, channels: 6 } : rendition)) }),
  },
  {
    rules: ['A2.17'],
    what: 'two streams in a segment of sound',
    files: changed((files) =>
      editBytes(files, 'a1/1.m4s', (bytes) => {
        const second = copyOfBox(bytes, ['moof', 'traf']);
        viewOf(second).setUint32(requireBox(second, ['tfhd'], 8).bodyStart + 4, 2);
        return appendInto(bytes, ['moof'], second);
      }),
    ),
  },
  { rules: ['A8.10'], what: 'a track without a language', files: edited(MULTIVARIANT, without('LANGUAGE="ko",')) },
  {
    rules: ['A9.5'],
    what: 'two tracks in one init segment',
    files: changed((files) =>
      editBytes(files, 'v360/init.mp4', (bytes) => appendInto(bytes, ['moov'], copyOfBox(bytes, ['moov', 'trak']))),
    ),
  },
  { rules: ['A9.7'], what: 'a second language inside the video', files: edited(MULTIVARIANT, without(',URI="a2/media.m3u8"')) },
  { rules: ['R4.4.6.1'], what: 'two tracks of one name', files: edited(MULTIVARIANT, (text) => text.replace('한국어', 'English')) },
  { rules: ['R4.4.6.1'], what: 'two default tracks', files: edited(MULTIVARIANT, (text) => text.replace('DEFAULT=NO', 'DEFAULT=YES')) },
  {
    rules: ['R4.4.6.1'],
    what: 'a second group that lacks a track',
    files: edited(MULTIVARIANT, (text) =>
      text.replace(/(#EXT-X-MEDIA:.*)GROUP-ID="mp4a.40.2-2"(,NAME="English".*\n)/, '$&$1GROUP-ID="mp4a.40.2-6"$2'),
    ),
  },
  {
    rules: ['R4.4.6.1'],
    what: 'a default track that is not selected',
    files: edited(MULTIVARIANT, (text) => text.replace('AUTOSELECT=YES', 'AUTOSELECT=NO')),
  },
  {
    rules: ['R4.4.6.1'],
    what: 'a channel count that is not so',
    files: edited(MULTIVARIANT, (text) => text.replace('CHANNELS="2"', 'CHANNELS="6"')),
  },
  { rules: ['R4.4.6.2'], what: 'captions denied by one variant only', files: edited(MULTIVARIANT, without(',CLOSED-CAPTIONS=NONE')) },
  {
    // What the variant plays without its group is also not what its CODECS and bit rates say.
    rules: ['A9.1', 'R4.4.6.2', 'A1.26', 'A1.27'],
    what: 'a group that does not exist',
    files: edited(MULTIVARIANT, (text) => text.replace('AUDIO="mp4a.40.2-2"', 'AUDIO="none"')),
  },

  { rules: ['A9.14'], what: 'no AVERAGE-BANDWIDTH', files: edited(MULTIVARIANT, (text) => text.replace(/AVERAGE-BANDWIDTH=\d+,/, '')) },
  { rules: ['A1.26'], what: 'an average a fifth too high', files: edited(MULTIVARIANT, scaled(/(AVERAGE-BANDWIDTH=)(\d+)/, 1.2)) },
  {
    rules: ['A1.27'],
    what: 'a peak that is the encoder’s cap, not the measured one',
    files: edited(MULTIVARIANT, scaled(/(:BANDWIDTH=)(\d+)/, 1.2)),
  },
  {
    rules: ['A1.30'],
    what: 'four seconds of nearly all the bits',
    files: built({ sampleBytes: (rendition, segment) => (rendition.kind === 'audio' ? 60 : segment === 3 ? 6000 : 300) }),
  },

  {
    rules: ['A8.18'],
    what: 'a redirect',
    files: syntheticTitle,
    respond: (path) => ({ ...goodResponse(path), ...(path === 'v360/1.m4s' ? { redirectedTo: 'http://memory.invalid/x' } : {}) }),
  },
  {
    rules: ['A10.1'],
    what: 'a playlist that is not compressed',
    files: syntheticTitle,
    respond: (path) => ({ ...goodResponse(path), ...(path === MEDIA ? { contentEncoding: '' } : {}) }),
  },
  {
    rules: ['A10.4'],
    what: 'segments of no particular type',
    files: syntheticTitle,
    respond: (path) => ({ ...goodResponse(path), ...(path.endsWith('.m4s') ? { contentType: 'application/octet-stream' } : {}) }),
  },
];

function scaled(pattern: RegExp, factor: number): (text: string) => string {
  return (text) => text.replace(pattern, (_, name: string, value: string) => `${name}${Math.round(Number(value) * factor)}`);
}

/** trun version 1 has signed offsets; the second sample's, which is 1, becomes −1. */
function withNegativeOffset(bytes: Uint8Array): Uint8Array {
  const result = bytes.slice();
  const trun = findBox(result, ['moof', 'traf', 'trun']);
  if (!trun) throw new Error('There is no trun');
  result[trun.bodyStart] = 1;
  const entryBytes = 16;
  viewOf(result).setInt32(trun.bodyStart + 12 + entryBytes + 12, -1);
  return result;
}
