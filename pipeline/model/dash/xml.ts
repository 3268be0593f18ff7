/** Absent where it is undefined. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An XML element, one to a line and indented, as text. A child is an element, or the element's text where it is the only one. */
export function element(name: string, attributes: Attributes, children: readonly (string | undefined)[] = []): string {
  const present = children.filter((child) => child !== undefined);
  const head = [
    name,
    ...Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : `${key}="${escapeXml(`${value}`)}"`)),
  ];
  if (present.length === 0) return `<${head.join(' ')}/>`;
  return `<${head.join(' ')}>\n${present.map(indent).join('\n')}\n</${name}>`;
}

/** An element that holds nothing but text. */
export function textElement(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

/** What XML 1.0 has no way to write is left out: controls, half surrogates. */
function escapeXml(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ').replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
