import { PlaylistError } from './playlist-error.ts';

/**
 * Attribute lists (rfc8216bis 4.2): `NAME=value,NAME="quoted value"`. A list is read once and then asked for each
 * attribute by the type that its tag gives it; every complaint names the tag's line.
 */
export interface AttributeList {
  /** Throws PlaylistError when the attribute is there in another form. */
  quoted(name: string): string | undefined;
  enumerated(name: string): string | undefined;
  yesNo(name: string): boolean | undefined;
  /** Decimal integer of up to 2^53: a larger one is refused, not rounded. */
  integer(name: string): number | undefined;
  decimal(name: string): number | undefined;
  resolution(name: string): Resolution | undefined;
  /** As it was written; for attributes whose type depends on their value. */
  raw(name: string): string | undefined;
}

/** `1280x720` */
export interface Resolution {
  width: number;
  height: number;
}

/** One attribute to be written; undefined ones are left out. */
export type AttributeValue = [name: string, value: string | undefined];

const ATTRIBUTE = /([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(,|$)/y;

/** Reads the part of a tag after its colon. Throws PlaylistError: syntax, or a name that stands twice (a MUST NOT of 4.2). */
export function parseAttributeList(text: string, line: number): AttributeList {
  const values = new Map<string, string>();
  let offset = 0;
  let separator = ',';
  while (separator === ',') {
    ATTRIBUTE.lastIndex = offset;
    const match = ATTRIBUTE.exec(text);
    if (!match) throw new PlaylistError(`'${text.slice(offset, offset + 40)}' is not an attribute`, line);
    const [whole, name = '', value = '', end = ''] = match;
    if (values.has(name)) throw new PlaylistError(`The attribute ${name} stands twice`, line);
    values.set(name, value);
    offset += whole.length;
    separator = end;
  }

  function match<T>(name: string, form: RegExp, kind: string, read: (value: string) => T): T | undefined {
    const value = values.get(name);
    if (value === undefined) return undefined;
    if (!form.test(value)) throw new PlaylistError(`${name}=${value} is not ${kind}`, line);
    return read(value);
  }
  const integer = (name: string): number | undefined =>
    match(name, /^\d{1,20}$/, 'a decimal integer', (value) => {
      if (!Number.isSafeInteger(Number(value))) throw new PlaylistError(`${name}=${value} is too large`, line);
      return Number(value);
    });
  return {
    quoted: (name) => match(name, /^".*"$/s, 'a quoted string', (value) => value.slice(1, -1)),
    enumerated: (name) => match(name, /^[^"]+$/, 'an enumerated string', (value) => value),
    yesNo: (name) => match(name, /^(YES|NO)$/, 'YES or NO', (value) => value === 'YES'),
    integer,
    decimal: (name) => match(name, /^\d+(\.\d+)?$/, 'a decimal number', Number),
    resolution: (name) =>
      match(name, /^\d{1,9}x\d{1,9}$/, 'a resolution', (value) => {
        const [width = 0, height = 0] = value.split('x').map(Number);
        return { width, height };
      }),
    raw: (name) => values.get(name),
  };
}

/** As parseAttributeList's getters answer undefined for a missing attribute: makes that an error. */
export function required<T>(value: T | undefined, name: string, line: number): T {
  if (value === undefined) throw new PlaylistError(`The attribute ${name} is missing`, line);
  return value;
}

export function renderAttributeList(attributes: readonly AttributeValue[]): string {
  return attributes.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])).join(',');
}

/** A quoted string cannot hold a quotation mark or a line break (4.2): they become an apostrophe and a space. */
export function quote(text: string): string;
export function quote(text: string | undefined): string | undefined;
export function quote(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `"${text.replaceAll('"', "'").replaceAll(/[\r\n]+/g, ' ')}"`;
}

export function yesNo(value: boolean): string {
  return value ? 'YES' : 'NO';
}
