import { ApiError, toApiError } from '../api.ts';
import { texts } from '../texts.ts';
import { askForToken, authorization } from './access-token.ts';

/**
 * `PUT /api/titles?name=` with the file as the body. XMLHttpRequest, because fetch does not tell how much was sent.
 * Rejects with an ApiError.
 */
export function sendFile(file: File, onProgress: (sentBytes: number) => void, signal: AbortSignal): Promise<{ id: string }> {
  if (file.size === 0) return Promise.reject(new ApiError('source_empty', 0, texts.uploadEmpty));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/titles?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    for (const [header, value] of Object.entries(authorization())) request.setRequestHeader(header, value);
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = async () => {
      if (request.status === 401 && (await askForToken())) resolve(sendFile(file, onProgress, signal));
      else if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as { id: string });
      else reject(toApiError(request.status, request.responseText));
    };
    request.onerror = () => reject(new ApiError('unreachable', 0, texts.uploadInterrupted));
    request.onabort = () => reject(new ApiError('cancelled', 0, ''));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
