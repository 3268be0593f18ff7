import { describe, expect, test } from 'vitest';
import { chunkCommand, type FfmpegCommand } from '../../../pipeline/ffmpeg/chunk-command.ts';
import { repeatFrameCommand } from '../../../pipeline/ffmpeg/encode-fillers.ts';
import { INPUT_LIMITS } from '../../../pipeline/ffmpeg/ffprobe-command.ts';
import { FRAGMENT_ARGS } from '../../../pipeline/ffmpeg/video-args.ts';
import type { Chunk, Plan, VideoRenditionPlan } from '../../../pipeline/model/plan.ts';
import type { AudioStreamInfo, SourceInfo, VideoStreamInfo } from '../../../pipeline/model/source-info.ts';
import { audioRendition, av1Rung, hevcRung, samplePlan, videoRendition } from '../model/hls/sample-plan.ts';

const VIDEO: VideoStreamInfo = {
  index: 0,
  codec: 'h264',
  pixelFormat: 'yuv420p',
  width: 960,
  height: 540,
  colorSpace: 'bt709',
  sampleAspectRatio: { num: 1, den: 1 },
  rotationDegrees: 0,
  frameRate: { num: 25, den: 1 },
  timeBase: { num: 1, den: 90_000 },
  fieldOrder: 'progressive',
  firstFrameTicks: 126_000,
  lastFrameTicks: 126_000 + 941_400,
  endTicks: 126_000 + 945_000,
};
const AUDIO: AudioStreamInfo = {
  index: 1,
  codec: 'aac',
  sampleRate: 48_000,
  channels: 2,
  timeBase: { num: 1, den: 48_000 },
  isDefault: true,
  startTicks: 126_000,
  endTicks: 126_000 + 945_000,
  frameSamples: 1024,
};

const FIRST_OF_A_TIME = "select='not(eq(pts,prev_pts))'";

function source(formatNames: string[] = ['mov', 'mp4'], changes: Partial<SourceInfo> = {}): { path: string; info: SourceInfo } {
  return {
    path: '/films/a: film.mp4',
    info: { formatNames, sizeBytes: 1, audio: [AUDIO], others: [], tags: {}, video: VIDEO, ...changes },
  };
}

const PLAN: Plan = samplePlan({
  originTicks: 126_000,
  renditions: [videoRendition(), videoRendition({ id: 'v360', width: 640, height: 360, level: 30 }), audioRendition()],
});

function chunk(firstSegment: number, endSegment: number, renditionIds = ['v540', 'v360', 'a1']): Chunk {
  return { titleId: 'sample', planRevision: 0, renditionIds, firstSegment, endSegment };
}

const OUTPUTS = { v540: 'unix:/tmp/0', v360: 'unix:/tmp/1', a1: 'unix:/tmp/2' };

/** The command as words, without what every input and every output has. */
function readable(command: FfmpegCommand): { inputs: string[]; filters: string[]; outputs: string[] } {
  const limits = INPUT_LIMITS.join(' ');
  const fragments = FRAGMENT_ARGS.join(' ');
  const without = (words: string[], part: string): string => {
    const line = words.join(' ');
    expect(line).toContain(part);
    return line.replace(part, '…');
  };
  return {
    inputs: command.inputs.map(({ url, options }) => `${without(options, limits)} -i ${url}`),
    filters: command.filters,
    outputs: command.outputs.map(({ url, options }) => `${without(options, fragments)} ${url}`),
  };
}

describe('the command of a chunk', () => {
  test('in the middle of a film: one decode of the picture for both rungs, one of the sound', () => {
    expect(readable(chunkCommand({ source: source(), plan: PLAN, chunk: chunk(3, 5), outputUrls: OUTPUTS }))).toEqual({
      inputs: [
        '… -an -sn -dn -autorotate 0 -seek_timestamp 1 -noaccurate_seek -ss 4.400000 -i file:/films/a: film.mp4',
        '… -vn -sn -dn -seek_timestamp 1 -noaccurate_seek -ss 4.640000 -i file:/films/a: film.mp4',
      ],
      filters: [
        `[0:0]settb=1/90000,${FIRST_OF_A_TIME},trim=start_pts=486000:end_pts=1071000,setpts=PTS-(126000),split=2[s0][s1]`,
        '[s0]scale=960:540:flags=bicubic,setsar=1,format=yuv420p[v0]',
        '[s1]scale=640:360:flags=bicubic,setsar=1,format=yuv420p[v1]',
        "[1:1]asettb=1/48000,asetpts='PTS-(67200)',atrim=start_pts=184320,aresample=48000,aresample=48000:async=1:min_comp=0.0001:min_hard_comp=0.0001:first_pts=184320,aformat=sample_fmts=fltp:channel_layouts=stereo,apad,atrim=start_pts=184320:end_pts=506880,asetpts=N+(184320)[a0]",
      ],
      outputs: [
        '-map [v0] -c:v libx264 -preset veryfast -profile:v high -level:v 3.1 -crf 23 -maxrate 2000000 -bufsize 3000000 -x264-params vbv-init=0.5:fps=25.000:open-gop=0:scenecut=0:colorprim=bt709:transfer=bt709:colormatrix=bt709:fullrange=off:chromaloc=0 -g 100000 -keyint_min 1 -forced-idr 1 -force_key_frames 4.000000,6.000000,8.000000,10.000000 -enc_time_base 1:90000 -fps_mode passthrough -video_track_timescale 90000 -flags:v +global_header … unix:/tmp/0',
        '-map [v1] -c:v libx264 -preset veryfast -profile:v high -level:v 3.0 -crf 23 -maxrate 2000000 -bufsize 3000000 -x264-params vbv-init=0.5:fps=25.000:open-gop=0:scenecut=0:colorprim=bt709:transfer=bt709:colormatrix=bt709:fullrange=off:chromaloc=0 -g 100000 -keyint_min 1 -forced-idr 1 -force_key_frames 4.000000,6.000000,8.000000,10.000000 -enc_time_base 1:90000 -fps_mode passthrough -video_track_timescale 90000 -flags:v +global_header … unix:/tmp/1',
        '-map [a0] -c:a aac -profile:a aac_low -b:a 128000 -ar 48000 … unix:/tmp/2',
      ],
    });
  });

  test('the first of a film: no seek, and keyframes from zero on', () => {
    const { inputs, filters, outputs } = readable(
      chunkCommand({ source: source(), plan: PLAN, chunk: chunk(0, 2, ['v540', 'a1']), outputUrls: OUTPUTS }),
    );
    expect(inputs).toEqual([
      '… -an -sn -dn -autorotate 0 -seek_timestamp 1 -noaccurate_seek -i file:/films/a: film.mp4',
      '… -vn -sn -dn -seek_timestamp 1 -noaccurate_seek -i file:/films/a: film.mp4',
    ]);
    expect(filters[0]).toBe(`[0:0]settb=1/90000,${FIRST_OF_A_TIME},trim=start_pts=126000:end_pts=306000,setpts=PTS-(126000),split=1[s0]`);
    expect(filters[2]).toContain('atrim=start_pts=-8192:end_pts=98304,asetpts=N+(-8192)[a0]');
    expect(outputs[0]).toContain('-force_key_frames 0.000000,1.000000 ');
  });

  test('sound alone opens one input', () => {
    const { inputs, filters } = readable(chunkCommand({ source: source(), plan: PLAN, chunk: chunk(3, 4, ['a1']), outputUrls: OUTPUTS }));
    expect(inputs).toEqual(['… -vn -sn -dn -seek_timestamp 1 -noaccurate_seek -ss 4.640000 -i file:/films/a: film.mp4']);
    expect(filters).toHaveLength(1);
    expect(filters[0]).toMatch(/^\[0:1\]asettb/);
  });

  test('of a transport stream is entered early: ten seconds, or at the keyframe that an index knows', () => {
    const plan = { ...PLAN, timeline: { ...PLAN.timeline, boundaries: [0, 20 * 90_000, 24 * 90_000] } };
    const options = { source: source(['mpegts']), plan, chunk: chunk(1, 2, ['v540']), outputUrls: OUTPUTS };
    expect(readable(chunkCommand(options)).inputs[0]).toContain('-ss 11.400000 ');
    expect(readable(chunkCommand({ ...options, keyframeBeforeTicks: 20 * 90_000 })).inputs[0]).toContain('-ss 19.500000 ');
  });

  test('a packed sound is read from the file that it was taken out into, from its first sample on', () => {
    const packed = source(['mov'], { audio: [{ ...AUDIO, codec: 'amr_nb', sampleRate: 8000, isPacked: true, isCounted: true }] });
    const unpackedSounds = new Map([[AUDIO.index, '/tmp/1.raw']]);
    const { inputs, filters } = readable(
      chunkCommand({ source: packed, plan: PLAN, chunk: chunk(3, 4, ['a1']), outputUrls: OUTPUTS, unpackedSounds }),
    );
    expect(inputs).toEqual(['… -vn -sn -dn -seek_timestamp 1 -noaccurate_seek -i file:/tmp/1.raw']);
    expect(filters[0]).toContain("[0:0]asettb=1/8000,asetpts='(11200)+NB_CONSUMED_SAMPLES-(");
  });

  test('past the end of a sound is silence, without an input', () => {
    const short = source(['mov'], { audio: [{ ...AUDIO, endTicks: 126_000 + 4 * 90_000 }] });
    const { inputs, filters } = readable(chunkCommand({ source: short, plan: PLAN, chunk: chunk(4, 5, ['a1']), outputUrls: OUTPUTS }));
    expect(inputs).toEqual([]);
    expect(filters).toEqual([
      'anullsrc=r=48000:cl=stereo,atrim=end_sample=131072,asetpts=PTS+(375808),aformat=sample_fmts=fltp:channel_layouts=stereo[a0]',
    ]);
  });

  test('of an interlaced picture deinterlaces before it trims', () => {
    const fields = source(['mov'], { video: { ...VIDEO, fieldOrder: 'tt' } });
    const { filters } = readable(chunkCommand({ source: fields, plan: PLAN, chunk: chunk(0, 1, ['v540']), outputUrls: OUTPUTS }));
    expect(filters[0]).toMatch(
      /^\[0:0\]scale=960:540:interl=-1,format=yuv420p,bwdif=mode=send_frame:deint=interlaced,settb=1\/90000,select='[^']+',trim=/,
    );
  });

  test('of an interlaced picture is entered early enough for the frame before', () => {
    const fields = source(['matroska', 'webm'], { video: { ...VIDEO, fieldOrder: 'tt' } });
    const { inputs } = readable(chunkCommand({ source: fields, plan: PLAN, chunk: chunk(3, 4, ['v540']), outputUrls: OUTPUTS }));
    expect(inputs[0]).toContain('-ss 5.300000 ');
  });

  test('of a picture whose frames do not say that they are interlaced deinterlaces them all', () => {
    const fields = source(['mov'], { video: { ...VIDEO, fieldOrder: 'bb', areFieldsUnmarked: true } });
    const { filters } = readable(chunkCommand({ source: fields, plan: PLAN, chunk: chunk(0, 1, ['v540']), outputUrls: OUTPUTS }));
    expect(filters[0]).toContain('bwdif=mode=send_frame:parity=bff:deint=all,');
  });

  test('of a picture faster than the ladder keeps the frames nearest to the slower clock, by their own time', () => {
    const fast = source(['mov'], { video: { ...VIDEO, frameRate: { num: 50, den: 1 } } });
    const { filters } = readable(chunkCommand({ source: fast, plan: PLAN, chunk: chunk(0, 1, ['v540']), outputUrls: OUTPUTS }));
    expect(filters[0]).toContain("select='gt(floor((pts-(126000)+900)/3600),floor((pts-(126000)-900)/3600))',trim=");
  });

  test('needs an output for each rendition, and a stream for each sound', () => {
    expect(() => chunkCommand({ source: source(), plan: PLAN, chunk: chunk(0, 1), outputUrls: { v540: 'x' } })).toThrow(RangeError);
    const mute = source(['mov'], { audio: [] });
    expect(() => chunkCommand({ source: mute, plan: PLAN, chunk: chunk(0, 1), outputUrls: OUTPUTS })).toThrow(RangeError);
  });
});

test('a frame is repeated at each time of its gap, as a keyframe of every rung', () => {
  const rungs = PLAN.renditions.filter((rendition) => rendition.kind === 'video').slice(0, 1);
  const gap = { frameTicks: 450_000, nextTicks: 801_000, repeatTicks: [540_000, 720_000] };
  const { inputs, filters, outputs } = readable(
    repeatFrameCommand({ source: source(), plan: PLAN, rungs, gap, keyframeTicks: undefined, outputUrls: OUTPUTS }),
  );
  expect(inputs).toEqual(['… -an -sn -dn -autorotate 0 -seek_timestamp 1 -noaccurate_seek -ss 5.400000 -i file:/films/a: film.mp4']);
  expect(filters[0]).toBe(
    `[0:0]settb=1/90000,${FIRST_OF_A_TIME},trim=start_pts=576000:end_pts=576001,loop=loop=1:size=1:start=0,setpts='if(eq(N,0),540000,if(eq(N,1),720000,0))',split=1[s0]`,
  );
  expect(outputs[0]).toContain('-force_key_frames 6.000000,8.000000 ');
});

describe('the encoder of another codec', () => {
  function argsOf(rung: VideoRenditionPlan): string {
    const plan = samplePlan({ originTicks: 126_000, renditions: [rung] });
    const options = { source: source(), plan, chunk: chunk(3, 4, [rung.id]), outputUrls: { [rung.id]: 'unix:/tmp/0' } };
    return readable(chunkCommand(options)).outputs.join();
  }

  test('HEVC is told rate and level, and keeps high dynamic range where that is planned', () => {
    expect(argsOf(hevcRung({ frameRate: 30_000 / 1001 }))).toContain(
      '-c:v libx265 -preset veryfast -profile:v main -tag:v hvc1 -crf 23 -maxrate 640000 -bufsize 960000 -x265-params fps=29.970:level-idc=2.1:vbv-init=0.5:open-gop=0:scenecut=0:vui-timing-info=0:info=0:log-level=error:colorprim=bt709:transfer=bt709:colormatrix=bt709:range=limited:chromaloc=0 -g 100000 -keyint_min 1 -forced-idr 1 -force_key_frames 4.000000,',
    );
    const hdr = argsOf(hevcRung({ hdr: { range: 'HLG' } }));
    expect(hdr).toContain('-profile:v main10 ');
    expect(hdr).toContain('colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc');
  });

  test('AV1 has a cap, and a limit to its quality', () => {
    expect(argsOf(av1Rung({ crf: 28 }))).toContain(
      '-c:v libaom-av1 -usage realtime -cpu-used 6 -row-mt 1 -qmin 28 -b:v 720000 -minrate 720000 -maxrate 720000 -bufsize 1080000 -rc_init_occupancy 540000 ',
    );
    expect(argsOf(av1Rung())).not.toContain('-forced-idr');
  });
});
