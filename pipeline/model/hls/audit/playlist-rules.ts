import { playlistSeconds } from './audit-title.ts';
import type { Rule } from './rule.ts';

/** Rules on what the playlists say, by themselves. */
export const PLAYLIST_RULES: Rule[] = [
  {
    id: 'R4.1',
    severity: 'must',
    title: 'Playlists are UTF-8 without a byte order mark',
    check: ({ input }) =>
      [input.multivariant, ...[...input.media.values()].map((files) => files.playlist)].flatMap((file) => [
        ...(file.isUtf8 ? [] : [{ where: file.where, expected: 'UTF-8', seen: 'bytes that are not UTF-8' }]),
        ...(file.text.startsWith('\ufeff') ? [{ where: file.where, expected: 'no byte order mark', seen: 'EF BB BF' }] : []),
      ]),
  },
  {
    id: 'R4',
    severity: 'must',
    title: 'Playlists can be loaded and follow the format',
    check: ({ unreadable }) => unreadable.map(({ where, message }) => ({ where, expected: 'a well-formed playlist', seen: message })),
  },
  {
    id: 'P1',
    severity: 'must',
    title: 'Everything that a playlist names can be loaded and read',
    check: ({ playlists }) =>
      playlists.flatMap(({ where, files }) => {
        const broken = [...files.inits.values(), ...files.segments].filter((file) => file.problem !== undefined);
        const [first] = broken;
        const total = files.inits.size + files.segments.length;
        return first
          ? [{ where, expected: `${total} readable files`, seen: `${broken.length} that are not, first ${first.where}: ${first.problem}` }]
          : [];
      }),
  },
  {
    id: 'R4.4.3.1',
    severity: 'must',
    title: 'No EXTINF, rounded, exceeds EXT-X-TARGETDURATION',
    check: ({ playlists }) =>
      playlists.flatMap(({ playlist, segments }) =>
        segments
          .filter(({ entry }) => Math.round(entry.durationSeconds) > playlist.targetDurationSeconds)
          .map(({ where, entry }) => ({
            where,
            expected: `at most ${playlist.targetDurationSeconds} s, rounded`,
            seen: `${entry.durationSeconds} s`,
          })),
      ),
  },
  {
    id: 'R4.4.3.4',
    severity: 'must',
    title: 'A complete title ends with EXT-X-ENDLIST',
    check: ({ playlists }) =>
      playlists
        .filter(({ playlist }) => !playlist.ended)
        .map(({ where }) => ({ where, expected: 'EXT-X-ENDLIST', seen: 'none: players wait for more' })),
  },
  {
    id: 'A8.2',
    severity: 'must',
    title: 'Audio and video playlists share one target duration',
    check: ({ tracks }) => {
      const [reference, ...others] = tracks;
      return others
        .filter(({ playlist }) => playlist.targetDurationSeconds !== reference?.playlist.targetDurationSeconds)
        .map(({ where, playlist }) => ({
          where,
          expected: `${reference?.playlist.targetDurationSeconds} s as in ${reference?.where}`,
          seen: `${playlist.targetDurationSeconds} s`,
        }));
    },
  },
  {
    id: 'A8.3',
    severity: 'must',
    title: 'Audio and video playlists have the same duration',
    check: ({ tracks, frameSeconds }) => {
      const [reference, ...others] = tracks;
      if (!reference) return [];
      const seconds = playlistSeconds(reference.playlist);
      return others
        .filter(
          (track) =>
            Math.abs(playlistSeconds(track.playlist) - seconds) > Math.max(frameSeconds, track.frameSeconds, reference.frameSeconds),
        )
        .map(({ where, playlist }) => ({
          where,
          expected: `${seconds.toFixed(3)} s, within a frame, as ${reference.where}`,
          seen: `${playlistSeconds(playlist).toFixed(3)} s`,
        }));
    },
  },
  {
    id: 'A8.6',
    severity: 'must',
    title: 'Playlists of static content say EXT-X-PLAYLIST-TYPE:VOD',
    check: ({ playlists }) =>
      playlists
        .filter(({ playlist }) => playlist.playlistType !== 'VOD')
        .map(({ where, playlist }) => ({ where, expected: 'EXT-X-PLAYLIST-TYPE:VOD', seen: playlist.playlistType ?? 'none' })),
  },
  {
    id: 'A8.20',
    severity: 'must',
    title: 'fMP4 segments have an EXT-X-MAP',
    check: ({ tracks, iframeTracks }) =>
      [...tracks, ...iframeTracks]
        .filter(({ playlist }) => playlist.segments.length > 0 && !playlist.segments[0]?.map)
        .map(({ where }) => ({ where, expected: 'EXT-X-MAP before the first segment', seen: 'none' })),
  },
  {
    id: 'A9.11',
    severity: 'should',
    title: 'The multivariant playlist says EXT-X-INDEPENDENT-SEGMENTS',
    check: ({ input, multivariant }) =>
      multivariant?.independentSegments === false
        ? [{ where: input.multivariant.where, expected: 'EXT-X-INDEPENDENT-SEGMENTS', seen: 'none' }]
        : [],
  },
  {
    id: 'A9.12',
    severity: 'must',
    title: 'EXT-X-INDEPENDENT-SEGMENTS stands in the multivariant playlist or in every video playlist',
    check: ({ multivariant, tracks }) =>
      multivariant?.independentSegments
        ? []
        : tracks
            .filter(({ kind, playlist }) => kind === 'video' && !playlist.independentSegments)
            .map(({ where }) => ({ where, expected: 'EXT-X-INDEPENDENT-SEGMENTS', seen: 'none' })),
  },
];
