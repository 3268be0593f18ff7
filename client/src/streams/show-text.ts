/** Shows a text as it comes. Ends with the signal. */
export async function showText(url: string, output: HTMLElement, signal: AbortSignal): Promise<void> {
  output.textContent = '';
  const response = await fetch(url, { headers: { Accept: 'text/plain' }, signal });
  if (!response.ok || response.body === null) throw new Error(`${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    output.append(value);
  }
}

/** Shows the lines of a text as events. Ends with the last line, and with the signal. */
export function showEvents(url: string, output: HTMLElement, signal: AbortSignal): Promise<void> {
  output.textContent = '';
  const source = new EventSource(url);
  let begun = '';
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      source.close();
      settle();
    };
    source.addEventListener('piece', ({ data }) => (begun += data));
    source.addEventListener('message', ({ data, lastEventId }) => {
      output.append(`${lastEventId}: ${begun}${data}\n`);
      begun = '';
    });
    source.addEventListener('end', () => end(resolve));
    source.addEventListener('error', () => {
      // It comes again by itself after a broken line; closed means refused, or that there is nothing more.
      if (source.readyState === EventSource.CLOSED) end(output.textContent === '' ? () => reject(new Error('refused')) : resolve);
    });
    signal.addEventListener('abort', () => end(resolve), { once: true });
  });
}
