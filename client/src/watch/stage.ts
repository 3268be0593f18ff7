import type { TitleView } from '../../../pipeline/model/title.ts';
import { h, type View } from '../dom.ts';
import type { Player } from '../player/player.ts';
import type { LiveSegments } from '../segments/live-segments.ts';
import { preparedParts } from '../segments/prepared-parts.ts';
import { texts } from '../texts.ts';
import { stageMessage } from './stage-message.ts';

export interface StageOptions {
  autoplay: boolean;
  segments: LiveSegments;
  /** Told where playback stands, in seconds. */
  onTime?: (seconds: number) => void;
}

/**
 * The place of the picture: says why there is none yet, and becomes the player as soon as the title can be played. The
 * player's code, most of what there is, is loaded here and not with the library.
 */
export function stage(options: StageOptions, signal: AbortSignal): View<TitleView> & { seek(seconds: number): void } {
  const element = h('div', { class: 'stage' });
  let latest: TitleView | undefined;
  let player: Player | undefined;
  let shownFor: string | null | undefined;
  /** The subtitles that the player knows of. */
  let offered = '';
  let hasPreviews = false;
  const loading = import('../player/player.ts');
  // Told below, when it is needed.
  loading.catch(() => undefined);

  async function show(title: TitleView): Promise<void> {
    if (!canPlay(title)) {
      element.replaceChildren(stageMessage(describeWait(title)));
      return;
    }
    element.replaceChildren();
    const code = await loading.catch(() => undefined);
    if (signal.aborted) return;
    if (code === undefined) {
      // The server is away, or newer than this page: the page as a whole is what must be loaded again.
      const action = { text: texts.tryAgain, run: () => location.reload() };
      element.replaceChildren(stageMessage({ heading: texts.loadFailedHeading, body: texts.errorUnreachable, tone: 'danger', action }));
      return;
    }
    player = code.createPlayer({
      playlistUrl: title.playlistUrl,
      name: title.name,
      posterUrl: title.posterUrl,
      chaptersUrl: title.chaptersUrl,
      autoplay: options.autoplay,
      isCold: title.state !== 'complete',
      parts: preparedParts(options.segments, () => latest?.renditions ?? []),
      ...(options.onTime && { onTime: options.onTime }),
    });
    offered = listOffered(title);
    addPreviews();
    element.replaceChildren(player.element);
    signal.addEventListener('abort', player.close, { once: true });
  }

  /** They come while the film plays already. */
  function addPreviews(): void {
    const url = latest?.storyboardUrl ?? null;
    if (player === undefined || url === null || hasPreviews) return;
    player.preview(url);
    hasPreviews = true;
  }

  return {
    element,
    seek: (seconds) => player?.seek(seconds),
    update(title) {
      latest = title;
      addPreviews();
      // Subtitles come when they come; players read what a stream offers once.
      if (player !== undefined && listOffered(title) !== offered) {
        offered = listOffered(title);
        player.renew();
      }
      if (title.posterUrl !== null) player?.showPoster(title.posterUrl);
      // What is being played goes on, whatever the news: a player is made once.
      const wanted = canPlay(title) ? title.playlistUrl : [title.state, title.problem?.message].join();
      if (wanted === shownFor) return;
      shownFor = wanted;
      element.classList.toggle('stage--bare', title.state === 'failed' && !canPlay(title));
      setShape(element, title);
      void show(title);
    },
  };
}

function listOffered({ subtitles }: TitleView): string {
  return subtitles.map(({ id }) => id).join();
}

/** The address of a stream stands before there is one. A title that failed on the way plays as far as it came. */
function canPlay(title: TitleView): title is TitleView & { playlistUrl: string } {
  const { state, playlistUrl } = title;
  return playlistUrl !== null && state !== 'waiting' && state !== 'probing';
}

function describeWait({ state, error, problem }: TitleView): Parameters<typeof stageMessage>[0] {
  switch (state) {
    case 'failed':
      return { heading: texts.failedHeading, body: error?.message ?? texts.failedFallback, tone: 'danger' };
    case 'waiting':
      return { heading: texts.waitingHeading, body: problem?.message ?? texts.waitingBody, tone: 'busy' };
    default:
      return { heading: texts.probingHeading, body: problem?.message ?? texts.probingBody, tone: 'busy' };
  }
}

/** The stage has the picture's shape before the picture is there, so that nothing moves when it comes. */
function setShape(element: HTMLElement, { renditions }: TitleView): void {
  const picture = renditions.find(({ width, height }) => width !== undefined && height !== undefined);
  if (picture !== undefined) element.style.setProperty('--shape', String(picture.width! / picture.height!));
}
