/** How a text may be sent. */
export type TextEncoding = 'identity' | 'gzip' | 'br';

/** The smallest first, where a client likes several alike. */
const PREFERENCE: readonly TextEncoding[] = ['br', 'gzip', 'identity'];

/** What to send a text in (RFC 9110 12.5.3). Plain where nothing else is acceptable, or nothing at all. */
export function chooseTextEncoding(acceptEncoding: string | undefined): TextEncoding {
  if (acceptEncoding === undefined) return 'identity';
  const weights = new Map(acceptEncoding.toLowerCase().split(',').map(parseWeight));
  const weightOf = (encoding: TextEncoding): number => weights.get(encoding) ?? weights.get('*') ?? 0;
  let chosen: TextEncoding = 'identity';
  // Plain is acceptable unless it is ruled out by name, but anything that is named is liked better.
  let best = 0;
  for (const encoding of PREFERENCE) {
    if (weightOf(encoding) <= best) continue;
    chosen = encoding;
    best = weightOf(encoding);
  }
  return chosen;
}

function parseWeight(item: string): [string, number] {
  const [coding = '', ...parameters] = item.split(';').map((part) => part.trim());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = q === undefined ? 1 : Number(q.slice(2));
  return [coding === 'x-gzip' ? 'gzip' : coding, weight >= 0 && weight <= 1 ? weight : 0];
}
