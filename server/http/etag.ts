import { createHash } from 'node:crypto';

/** Of a stored file, which never changes in place (I3, I4): a new one under the name has another time. */
export function fileEtag(file: { sizeBytes: number; modifiedAtMs: number }): string {
  return `"${file.sizeBytes.toString(36)}-${Math.floor(file.modifiedAtMs).toString(36)}"`;
}

/** Of a text that is sent gzipped or plain: weak, since the bytes differ between the two (RFC 9110 8.8.1). */
export function textEtag(text: string): string {
  return `W/"${digest(text)}"`;
}

/** Of bytes that may be replaced under their name, a poster's for one. */
export function bytesEtag(bytes: Uint8Array): string {
  return `"${digest(bytes)}"`;
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 22);
}
