import type { LoadedFile } from './audit-input.ts';
import type { AuditTitle } from './audit-title.ts';
import type { Finding, Rule } from './rule.ts';

/** Rules on how a title is served; only for what came over HTTP. */
export const DELIVERY_RULES: Rule[] = [
  {
    id: 'A8.18',
    severity: 'must',
    title: 'Requests are not redirected',
    needs: 'http',
    check: (title) =>
      everyFile(title)
        .filter(({ file }) => file.response?.redirectedTo !== undefined)
        .map(({ file }) => ({ where: file.where, expected: 'the content', seen: `a redirect to ${file.response?.redirectedTo}` })),
  },
  {
    id: 'A10.1',
    severity: 'must',
    title: 'Playlists are delivered with gzip',
    needs: 'http',
    check: (title) =>
      everyFile(title)
        .filter(({ kind, file }) => kind === 'playlist' && isDelivered(file) && file.response?.contentEncoding !== 'gzip')
        .map(({ file }) => ({
          where: file.where,
          expected: 'Content-Encoding: gzip',
          seen: file.response?.contentEncoding || 'no Content-Encoding',
        })),
  },
  {
    id: 'A10.4',
    severity: 'should',
    title: 'Everything has its recommended content type',
    needs: 'http',
    check: (title) => {
      const wrong = everyFile(title).filter(
        ({ kind, file }) => isDelivered(file) && !TYPES[kind].includes(mimeType(file.response?.contentType ?? '')),
      );
      const seen = new Set<string>();
      return wrong.flatMap(({ kind, folder, file }): Finding[] => {
        const type = mimeType(file.response?.contentType ?? '') || 'none';
        const key = [folder, kind, type].join(' ');
        if (seen.has(key)) return [];
        seen.add(key);
        return [{ where: `${file.where} (and others like it)`, expected: TYPES[kind].join(' or '), seen: type }];
      });
    },
  },
];

type FileKind = 'playlist' | 'init' | 'segment' | 'text';

const TYPES: Record<FileKind, string[]> = {
  playlist: ['application/vnd.apple.mpegurl', 'audio/mpegurl'],
  init: ['video/mp4', 'audio/mp4'],
  text: ['text/vtt'],
  segment: ['video/iso.segment', 'video/mp4', 'audio/mp4'],
};

/** A refusal has a type of its own. */
function isDelivered(file: LoadedFile): boolean {
  return file.response !== undefined && file.problem === undefined;
}

function mimeType(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

function everyFile({ input }: AuditTitle): { kind: FileKind; folder: string; file: LoadedFile }[] {
  return [
    { kind: 'playlist', folder: '', file: input.multivariant },
    ...[...input.media].flatMap(([folder, { playlist, inits, segments }]) => [
      { kind: 'playlist' as const, folder, file: playlist },
      ...[...inits.values()].map((file) => ({ kind: 'init' as const, folder, file })),
      ...segments.map((file) => ({ kind: file.text ? ('text' as const) : ('segment' as const), folder, file })),
    ]),
  ];
}
