import Hls from 'hls.js';

/**
 * Tells the browser of the end of a title of one segment as soon as all of it is there. hls.js (1.7) waits with that until sound of its own playlist
 * counts as switched to, which is when a picture is shown; a decoder that holds back more pictures than the title has shows none
 * before it knows the end. Longer titles have pictures enough.
 */
export function endShortTitle(hls: Hls): void {
  const whole = new Set<string>();
  hls.on(Hls.Events.FRAG_BUFFERED, (_, { frag }) => {
    if (frag.sn === 0 && frag.endList === true) whole.add(frag.type);
    if (hls.audioTracks.length === 0 || !whole.has('main') || !whole.has('audio')) return;
    for (const type of ['video', 'audio'] as const) hls.trigger(Hls.Events.BUFFER_EOS, { type });
  });
}
