import type { ServerResponse } from 'node:http';
import type { EventBus, PipelineEvent } from '../../pipeline/event-bus.ts';
import type { TextEncoding } from '../http/accept-encoding.ts';
import { type Answer, encodeText, type TextAnswer, type TextBody } from '../http/answer.ts';
import { type MediaTarget, renderMediaPath } from '../http/media-path.ts';
import { type AnswerMemory, createAnswerMemory, type OpenAnswer } from './answer-memory.ts';

/**
 * What is stored at a target now: `before` itself where that still holds. The bytes of a file are reserved in `memory`, or left out.
 * Undefined where there is nothing (yet).
 */
export type FindAnswer = (
  target: MediaTarget,
  before: Answer | undefined,
  memory: Pick<AnswerMemory, 'reserve' | 'release'>,
) => Promise<Answer | undefined>;

export interface AnswerCacheOptions {
  maxBytes: number;
  find: FindAnswer;
  bus: EventBus;
  nowMs?: () => number;
}

export interface AnswerCacheStats {
  hits: number;
  misses: number;
  usedBytes: number;
  answers: number;
}

export interface AnswerCache {
  /** What is in memory and holds, at once. */
  peek(path: string): OpenAnswer | undefined;
  /** Looks it up where it is not in memory, once for all who ask meanwhile. Closed by `sent`. */
  open(target: MediaTarget): Promise<OpenAnswer | undefined>;
  /** A text as the client takes it, compressed once for all. */
  encoded(open: OpenAnswer, answer: TextAnswer, encoding: TextEncoding): TextBody | Promise<TextBody>;
  /** Everything was handed to the connection. `wasPeeked`: it comes from peek. */
  sent(open: OpenAnswer, res: ServerResponse, wasPeeked: boolean): void;
  stats(): AnswerCacheStats;
  /** Listens no more; from then on everything is looked up. */
  close(): void;
}

/** Changes of our own are told by events. What people do to the files by hand is seen within this time. */
const FRESH_MS = 1000;

interface Look {
  /** Of the title when it began. */
  version: number;
  isOutdated: boolean;
  found: Promise<OpenAnswer | undefined>;
}

/**
 * Answers kept in memory for as long as they hold. A segment holds until it is evicted or its title is removed; playlists hold for one
 * version of their title, which every event about it ends.
 */
export function createAnswerCache({ maxBytes, find, bus, nowMs = () => performance.now() }: AnswerCacheOptions): AnswerCache {
  const memory = createAnswerMemory(maxBytes);
  const looks = new Map<string, Look>();
  const encodings = new WeakMap<TextAnswer, Map<TextEncoding, Promise<TextBody>>>();
  const versions = new Map<string, number>();
  let lastVersion = 0;
  let isClosed = false;
  let hits = 0;
  let misses = 0;

  const unsubscribe = bus.subscribe((event) => {
    if (!('titleId' in event) || !changesAnswers(event)) return;
    const { titleId } = event;
    versions.set(titleId, ++lastVersion);
    if (event.type === 'title-removed') {
      memory.dropTitle(titleId);
      for (const path of looks.keys()) if (path.startsWith(`/titles/${titleId}/`)) outdate(path);
    } else if (event.type === 'segment' || event.type === 'segment-evicted') dropFile(titleId, event.renditionId, `${event.segment}.m4s`);
    else if (event.type === 'init') dropFile(titleId, event.renditionId, 'init.mp4');
  });

  function dropFile(titleId: string, renditionId: string, fileName: string): void {
    const path = renderMediaPath({ kind: 'file', titleId, renditionId, fileName });
    memory.drop(path);
    outdate(path);
  }

  /** Who asked before may have what was found; who asks from now on has it looked up anew. */
  function outdate(path: string): void {
    const look = looks.get(path);
    if (look === undefined) return;
    look.isOutdated = true;
    looks.delete(path);
  }

  function versionOf(titleId: string): number {
    return versions.get(titleId) ?? 0;
  }

  function holds(open: OpenAnswer): boolean {
    if (isClosed || nowMs() - open.checkedAtMs > FRESH_MS) return false;
    return open.answer.kind === 'file' || open.version === versionOf(open.target.titleId);
  }

  function peek(path: string): OpenAnswer | undefined {
    const open = memory.get(path);
    if (open === undefined || !holds(open)) return undefined;
    hits += 1;
    return open;
  }

  function startLook(path: string, target: MediaTarget): Look {
    const look: Look = { version: versionOf(target.titleId), isOutdated: false, found: Promise.resolve(undefined) };
    look.found = lookUp(look, path, target).finally(() => {
      if (looks.get(path) === look) looks.delete(path);
    });
    looks.set(path, look);
    return look;
  }

  async function lookUp(look: Look, path: string, target: MediaTarget): Promise<OpenAnswer | undefined> {
    const checkedAtMs = nowMs();
    const before = memory.get(path);
    const answer = await find(target, before?.answer, memory);
    if (before !== undefined && answer === before.answer) {
      hits += 1;
      if (!look.isOutdated) Object.assign(before, { checkedAtMs, version: look.version });
      return before;
    }
    if (answer === undefined) {
      if (!look.isOutdated) memory.drop(path);
      return undefined;
    }
    misses += 1;
    const open = { path, target, answer, checkedAtMs, version: look.version, heldBytes: 0, users: 0, isKept: false };
    if (answer.kind === 'file') open.heldBytes = answer.bytes?.length ?? 0;
    else if (memory.reserve(answer.sizeBytes)) open.heldBytes = answer.sizeBytes;
    if (open.heldBytes > 0 && !look.isOutdated) memory.keep(open);
    return open;
  }

  async function encode(open: OpenAnswer, answer: TextAnswer, encoding: 'gzip' | 'br'): Promise<TextBody> {
    const body = await encodeText(answer, encoding);
    if (open.isKept && memory.reserve(body.bytes.length)) {
      if (open.isKept) open.heldBytes += body.bytes.length;
      else memory.release(body.bytes.length);
      answer.bodies[encoding] = body;
    }
    return body;
  }

  return {
    peek,
    async open(target) {
      const path = renderMediaPath(target);
      const known = looks.get(path);
      const isJoinable = known !== undefined && (target.kind === 'file' || known.version === versionOf(target.titleId));
      const open = peek(path) ?? (await (isJoinable ? known : startLook(path, target)).found);
      if (open !== undefined) open.users += 1;
      return open;
    },
    encoded(open, answer, encoding) {
      const ready = answer.bodies[encoding];
      if (ready !== undefined || encoding === 'identity') return ready as TextBody;
      let under = encodings.get(answer);
      if (under === undefined) encodings.set(answer, (under = new Map()));
      let body = under.get(encoding);
      if (body === undefined) {
        body = encode(open, answer, encoding).finally(() => under.delete(encoding));
        under.set(encoding, body);
      }
      return body;
    },
    sent(open, res, wasPeeked) {
      const isHeld = res.writableLength > 0 && !res.destroyed;
      if (wasPeeked && isHeld) open.users += 1;
      if (isHeld) res.once('close', () => memory.leave(open));
      else if (!wasPeeked) memory.leave(open);
    },
    stats: () => ({ hits, misses, usedBytes: memory.usedBytes(), answers: memory.count() }),
    close() {
      isClosed = true;
      unsubscribe();
    },
  };
}

/** What viewers ask for and how far runs are changes nothing that is stored. */
function changesAnswers({ type }: PipelineEvent): boolean {
  return !['demand', 'chunk', 'chunk-queued', 'chunk-cut', 'discarded'].includes(type);
}
