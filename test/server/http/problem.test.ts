import { expect, test } from 'vitest';
import { AppError, toAppError } from '../../../pipeline/errors.ts';
import { renderProblem } from '../../../server/http/problem.ts';

test('a problem carries its stable code, its status and a sentence for people', () => {
  expect(renderProblem(new AppError('not_found', 'There is no such title.'))).toEqual({
    status: 404,
    headers: {},
    body: { type: 'urn:millrace:problem:not_found', title: 'Not found', status: 404, code: 'not_found', detail: 'There is no such title.' },
  });
});

test('what is not ready says when to come again', () => {
  expect(renderProblem(new AppError('segment_not_ready', 'Wait.'))).toMatchObject({
    status: 503,
    headers: { 'Retry-After': expect.stringMatching(/^\d+$/) },
  });
});

test('what needs a token says how to send it', () => {
  expect(renderProblem(new AppError('unauthorized', 'Token.')).headers['WWW-Authenticate']).toMatch(/^Bearer /);
});

test('an unknown error tells nothing of itself', () => {
  const { status, body } = renderProblem(toAppError(new Error('secret path /home/x')));
  expect(status).toBe(500);
  expect(JSON.stringify(body)).not.toContain('secret');
});

test('a full disk is told from other failures', () => {
  expect(renderProblem(toAppError(Object.assign(new Error('no space'), { code: 'ENOSPC' })))).toMatchObject({
    status: 507,
    body: { code: 'disk_full' },
  });
});
