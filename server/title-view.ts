import type { CatalogueTitle, RenditionStats } from '../pipeline/catalogue/catalogue.ts';
import { progressOf } from '../pipeline/catalogue/derive-state.ts';
import { planChapters } from '../pipeline/model/chapters.ts';
import { nameTrack, type TitleText } from '../pipeline/model/hls/text-renditions.ts';
import { offeredPlan } from '../pipeline/model/offered-plan.ts';
import type { Plan } from '../pipeline/model/plan.ts';
import { revisedId } from '../pipeline/model/revised-id.ts';
import { reportText } from '../pipeline/model/text/report-text.ts';
import type { SubtitleDocument } from '../pipeline/model/text/subtitle-document.ts';
import { segmentCount } from '../pipeline/model/timeline/segments.ts';
import type { RenditionView, SubtitleView, TitleError, TitleView } from '../pipeline/model/title.ts';
import { readTitleTags } from '../pipeline/model/title-tags.ts';
import { describeText, readSubtitleDocument } from '../pipeline/text/title-text.ts';
import { POSTER, STORYBOARD, WAVEFORM } from '../pipeline/title-assets.ts';
import type { Services } from './services.ts';

export interface TitleFacts {
  title: CatalogueTitle;
  plan: Plan | undefined;
  stats: readonly RenditionStats[];
  hasPoster: boolean;
  hasStoryboard: boolean;
  hasWaveform: boolean;
  problem?: TitleError | undefined;
  subtitles: SubtitleDocument;
  /** By rendition id. */
  encodeSpeeds: ReadonlyMap<string, number | null>;
}

/** What the API says of a title. */
export function renderTitleView(facts: TitleFacts): TitleView {
  const { title, plan, stats, hasPoster, hasStoryboard, hasWaveform, problem, encodeSpeeds, subtitles } = facts;
  const { record, state } = title;
  const tags = record.sourceInfo && readTitleTags(record.sourceInfo);
  const committed = new Map(stats.map((rendition) => [rendition.renditionId, rendition.segmentsCommitted]));
  const base = `/titles/${record.id}`;
  const chapters = plan === undefined ? [] : planChapters(record.sourceInfo?.chapters ?? [], plan);
  return {
    id: record.id,
    name: record.name,
    kind: record.kind,
    state,
    createdAtMs: record.createdAtMs,
    durationSeconds: title.durationSeconds,
    progress: progressOf(title.segmentsCommitted, title.segmentsPlanned),
    // Stands from the first moment on: a request for it waits for the plan. Only a title that failed unplanned has none.
    playlistUrl: state === 'failed' && plan === undefined ? null : `${base}/multivariant.m3u8`,
    posterUrl: hasPoster ? `${base}/poster.jpg` : null,
    storyboardUrl: hasStoryboard ? `${base}/${STORYBOARD}` : null,
    waveformUrl: hasWaveform ? `${base}/waveform.json` : null,
    renditions: (plan?.renditions ?? []).map(
      (rendition): RenditionView => ({
        id: rendition.id,
        kind: rendition.kind,
        codecs: rendition.codecs,
        ...(rendition.kind === 'audio'
          ? { name: rendition.name, language: rendition.language, channels: rendition.channels }
          : { width: rendition.width, height: rendition.height }),
        bitrateBps: rendition.kind === 'audio' ? rendition.bitrateBps : rendition.maxrateBps,
        segmentsCommitted: committed.get(rendition.id) ?? 0,
        segmentsPlanned: plan === undefined ? 0 : segmentCount(plan.timeline),
        encodeSpeed: encodeSpeeds.get(rendition.id) ?? null,
        playlistUrl: `${base}/${rendition.id}/media.m3u8`,
      }),
    ),
    ...(tags === undefined ? {} : { tags }),
    subtitles: plan === undefined ? [] : viewSubtitles(describeText(record.sourceInfo, subtitles), plan.revision, base),
    chapters,
    chaptersUrl: chapters.length > 0 ? `${base}/chapters.vtt` : null,
    report: reportText(record.report, record.sourceInfo, subtitles),
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function viewSubtitles({ tracks }: TitleText, revision: number, base: string): SubtitleView[] {
  return tracks.map((track): SubtitleView => {
    const { language, isDefault, isForced, isHearingImpaired } = track;
    const id = revisedId(track.id, revision);
    return { id, language, name: nameTrack(track), isDefault, isForced, isHearingImpaired, playlistUrl: `${base}/${id}/media.m3u8` };
  });
}

export type TitleViewSources = Pick<Services, 'store' | 'catalogue' | 'problemOf' | 'encodeSpeed'>;

export async function readTitleView(services: TitleViewSources, title: CatalogueTitle): Promise<TitleView> {
  const { store, catalogue, problemOf, encodeSpeed } = services;
  const { id } = title.record;
  const [whole, stats, assets, subtitles] = await Promise.all([
    store.readPlan(id),
    catalogue.renditionStats(id),
    store.listAssets(id),
    readSubtitleDocument(store, id),
  ]);
  const plan = whole && offeredPlan(whole, title.record);
  const encodeSpeeds = new Map(plan?.renditions.map((rendition) => [rendition.id, encodeSpeed(plan, rendition.id)]));
  return renderTitleView({
    title,
    plan,
    stats,
    hasPoster: assets.includes(POSTER),
    hasStoryboard: assets.includes(STORYBOARD),
    hasWaveform: assets.includes(WAVEFORM),
    problem: problemOf(id),
    encodeSpeeds,
    subtitles,
  });
}
