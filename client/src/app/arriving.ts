import type { PendingFile } from '../../../pipeline/catalogue/catalogue.ts';
import { h, keyedList, setText, type View } from '../dom.ts';
import { formatBytes, formatDurationWords, formatPercent } from '../format.ts';
import { watchPath } from '../routes.ts';
import { texts } from '../texts.ts';
import { icon } from './icons.ts';
import { progressBar } from './progress-bar.ts';
import type { Upload } from './uploads.ts';

export interface ArrivingState {
  uploads: readonly Upload[];
  pending: readonly PendingFile[];
}

export interface ArrivingActions {
  remove(uploadId: string): void;
  retry(uploadId: string): void;
}

/**
 * What is on its way: uploads from this page and files that wait in the drop folder. It lies over the bottom of the page,
 * so nothing moves when files come and go, and can be folded to one line.
 */
export function arriving(actions: ArrivingActions): View<ArrivingState> {
  const count = h('span', { class: 'arriving__count' });
  const summaryBar = progressBar(texts.arriving);
  const toggle = h(
    'button',
    { class: 'arriving__head', type: 'button', 'aria-expanded': 'true', 'aria-controls': 'arriving-list', onclick: () => fold(!isFolded) },
    h('strong', {}, texts.arriving),
    count,
    icon('chevron'),
  );
  const uploadRows = h('ul', { class: 'rows' });
  const pendingRows = h('ul', { class: 'rows' });
  const pendingGroup = h('div', {}, h('h3', { class: 'arriving__where' }, texts.pendingWhere), pendingRows);
  const body = h('div', { class: 'arriving__body', id: 'arriving-list' }, uploadRows, pendingGroup);
  const element = h('section', { class: 'arriving', 'aria-label': texts.arriving, hidden: true }, toggle, summaryBar.element, body);

  const showUploads = keyedList<Upload>(
    uploadRows,
    ({ id }) => id,
    (upload) => uploadRow(upload, actions),
  );
  const showPending = keyedList<PendingFile>(pendingRows, ({ path }) => path, pendingRow);
  let isFolded = false;
  let knownUploads = 0;

  function fold(next: boolean): void {
    isFolded = next;
    body.hidden = isFolded;
    toggle.setAttribute('aria-expanded', String(!isFolded));
    toggle.setAttribute('aria-label', isFolded ? texts.unfold : texts.fold);
  }

  return {
    element,
    update({ uploads, pending }) {
      const total = uploads.length + pending.length;
      element.hidden = total === 0;
      setText(count, texts.arrivingCount(total));
      // What a person has just added is shown; what the drop folder finds does not unfold by itself.
      if (uploads.length > knownUploads) fold(false);
      knownUploads = uploads.length;
      pendingGroup.hidden = pending.length === 0;
      const bytes = uploads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const sent = uploads.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
      summaryBar.element.classList.toggle('progress--idle', bytes === 0);
      summaryBar.update(bytes === 0 ? 0 : sent / bytes);
      showUploads(uploads);
      showPending(pending);
    },
  };
}

function uploadRow(first: Upload, actions: ArrivingActions): View<Upload> {
  const { id, name } = first;
  const note = h('p', { class: 'row__note' });
  const bar = progressBar(name);
  const watch = h('a', { class: 'button button--quiet', hidden: true }, texts.watch);
  const retry = h(
    'button',
    {
      class: 'button button--quiet',
      type: 'button',
      hidden: true,
      'aria-label': texts.retryUpload(name),
      onclick: () => actions.retry(id),
    },
    texts.tryAgain,
  );
  const remove = h('button', { class: 'button button--icon', type: 'button', onclick: () => actions.remove(id) }, icon('close'));
  const element = h(
    'li',
    { class: 'row' },
    h('div', { class: 'row__main' }, h('p', { class: 'row__name', title: name }, name), note, bar.element),
    h('div', { class: 'row__actions' }, watch, retry, remove),
  );
  return {
    element,
    update(upload) {
      const { state } = upload;
      const isOver = state === 'done' || state === 'failed';
      element.dataset.state = state;
      setText(note, describeUpload(upload));
      bar.update(upload.sizeBytes === 0 ? 0 : upload.sentBytes / upload.sizeBytes);
      bar.element.classList.toggle('progress--idle', isOver || state === 'queued');
      retry.hidden = state !== 'failed' || upload.isRetryable === false;
      watch.hidden = upload.titleId === undefined;
      if (upload.titleId !== undefined) watch.href = watchPath(upload.titleId);
      remove.setAttribute('aria-label', isOver ? texts.dismissUpload(name) : texts.cancelUpload(name));
    },
  };
}

function describeUpload(upload: Upload): string {
  const { state, sentBytes, sizeBytes, bytesPerSecond } = upload;
  switch (state) {
    case 'queued':
      return texts.uploadQueued;
    case 'checking':
      return texts.uploadChecking;
    case 'done':
      return texts.uploadDone;
    case 'failed':
      return upload.error ?? '';
    case 'sending': {
      const isSteady = bytesPerSecond > 0;
      const rate = isSteady ? texts.uploadRate(formatBytes(bytesPerSecond)) : '';
      const left = isSteady ? texts.uploadLeft(formatDurationWords((sizeBytes - sentBytes) / bytesPerSecond)) : '';
      const share = sizeBytes === 0 ? '' : ` (${formatPercent(sentBytes / sizeBytes)})`;
      return texts.uploadSending(formatBytes(sentBytes), `${formatBytes(sizeBytes)}${share}`, rate, left);
    }
  }
}

function pendingRow(file: PendingFile): View<PendingFile> {
  const note = h('p', { class: 'row__note' });
  return {
    element: h('li', { class: 'row' }, h('div', { class: 'row__main' }, h('p', { class: 'row__name', title: file.path }, file.path), note)),
    update: ({ sizeBytes, reason }) => setText(note, `${formatBytes(sizeBytes)} · ${reason}`),
  };
}
