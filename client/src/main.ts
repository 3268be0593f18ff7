import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/library.css';
import './styles/watch.css';
import './styles/streams.css';
import { createAnnouncer } from './app/announcer.ts';
import { arriving } from './app/arriving.ts';
import { createDropZone } from './app/drop-zone.ts';
import { createEventStream } from './app/event-stream.ts';
import { openLiveBackground } from './app/live-background.ts';
import { openLiveLibrary } from './app/live-library.ts';
import { startRouter } from './app/router.ts';
import { sendFile } from './app/send-file.ts';
import { createShell } from './app/shell.ts';
import { createUploads, type Upload } from './app/uploads.ts';
import { mountLibrary } from './library/library-page.ts';
import { mountMusic } from './music/music-page.ts';
import { parseRoute, type Route } from './routes.ts';
import { mountStreams } from './streams/streams-page.ts';
import { texts } from './texts.ts';
import { mountEmbed } from './watch/embed-page.ts';
import { mountUnknown } from './watch/stage-message.ts';
import { mountWatch } from './watch/watch-page.ts';

const FINISHED_UPLOADS_STAY_MS = 8_000;

const root = document.querySelector<HTMLElement>('#app')!;
const route = parseRoute(location.pathname);
if (route.page === 'embed') mountEmbed(root, route.titleId);
else startApp(root);

function startApp(root: HTMLElement): void {
  const announcer = createAnnouncer();
  const uploads = createUploads<File>({ send: sendFile, concurrency: 2, nowMs: () => performance.now(), onChange: onUpload });
  const tray = arriving({ remove: uploads.remove, retry: uploads.retry });
  const shell = createShell(root, uploads.add, tray.element, createDropZone(uploads.add), announcer.element);
  const events = createEventStream(shell.showConnection);
  const library = openLiveLibrary(events);
  const background = openLiveBackground(events);
  const forever = new AbortController().signal;

  function showTray(): void {
    // The drop folder is the library's business; over a film it would only be in the way.
    const pending = parseRoute(location.pathname).page === 'library' ? (library.state?.pending ?? []) : [];
    tray.update({ uploads: uploads.list(), pending });
  }

  function onUpload(upload?: Upload): void {
    showTray();
    if (upload?.state === 'failed') announcer.say(texts.announceUploadFailed(upload.name, upload.error ?? ''));
    if (upload?.state !== 'done') return;
    announcer.say(texts.announceAdded(upload.name));
    setTimeout(() => uploads.remove(upload.id), FINISHED_UPLOADS_STAY_MS);
  }

  const states = new Map<string, string>();
  library.follow(() => {
    showTray();
    for (const { id, name, state } of library.state?.titles ?? []) {
      const before = states.get(id);
      states.set(id, state);
      if (before === undefined || before === state) continue;
      if (state === 'playable') announcer.say(texts.announcePlayable(name));
      if (state === 'failed') announcer.say(texts.announceFailed(name));
    }
  }, forever);

  window.addEventListener('beforeunload', (event) => {
    if (uploads.list().some(({ state }) => state === 'sending' || state === 'checking' || state === 'queued')) event.preventDefault();
  });

  const navigate = startRouter((next: Route, signal: AbortSignal, isFirst: boolean) => {
    for (const { id, state } of uploads.list()) if (state === 'done') uploads.remove(id);
    if (next.page === 'library') mountLibrary(shell.main, { library, background, onFiles: uploads.add }, signal);
    else if (next.page === 'watch')
      mountWatch(shell.main, { titleId: next.titleId, events, background, onDeleted: () => navigate('/') }, signal);
    else if (next.page === 'streams') mountStreams(shell.main, signal);
    else if (next.page === 'music') mountMusic(shell.main, signal);
    else mountUnknown(shell.main);
    showTray();
    // Who follows a link goes on from the new page's beginning; a page that is opened begins with the browser's own order.
    if (!isFirst) shell.main.focus({ preventScroll: true });
  });
}
