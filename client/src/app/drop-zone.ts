import { h } from '../dom.ts';
import { texts } from '../texts.ts';
import { droppedFiles } from './dropped-files.ts';

/** The whole window takes files; while some are over it, a veil says so. Answers the veil. */
export function createDropZone(onFiles: (files: File[]) => void): HTMLElement {
  const veil = h(
    'div',
    { class: 'drop-veil', hidden: true, 'aria-hidden': 'true' },
    h('p', {}, texts.dropHere),
    h('small', {}, texts.dropHint),
  );
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  // Every element under the pointer sends its own enter and leave: only their balance tells when the window is left.
  let depth = 0;

  window.addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    veil.hidden = false;
  });
  window.addEventListener('dragleave', (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    veil.hidden = depth === 0;
  });
  window.addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  window.addEventListener('drop', async (event) => {
    if (!hasFiles(event) || event.dataTransfer === null) return;
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    onFiles(await droppedFiles(event.dataTransfer));
  });
  return veil;
}
