import { expect, test } from 'vitest';
import { createTurns } from '../../pipeline/take-turns.ts';

function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const forever = new AbortController().signal;

test('so many work at once, and the others in the order in which they came', async () => {
  const takeTurns = createTurns(2);
  const gates = [gate(), gate(), gate(), gate()];
  const begun: number[] = [];
  const turns = gates.map(({ opened }, index) =>
    takeTurns(() => {
      begun.push(index);
      return opened;
    }, forever),
  );
  expect(begun).toEqual([0, 1]);
  gates[1]!.open();
  await turns[1];
  expect(begun).toEqual([0, 1, 2]);
  for (const { open } of gates) open();
  await Promise.all(turns);
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('what is called off before its turn never begins, and is not waited for', async () => {
  const takeTurns = createTurns(1);
  const { opened, open } = gate();
  const first = takeTurns(() => opened, forever);
  const stop = new AbortController();
  const begun: string[] = [];
  const second = takeTurns(async () => void begun.push('second'), stop.signal);
  stop.abort();
  await second;
  await takeTurns(async () => void begun.push('third'), AbortSignal.abort());
  const fourth = takeTurns(async () => void begun.push('fourth'), forever);
  open();
  await Promise.all([first, fourth]);
  expect(begun).toEqual(['fourth']);
});

test('what is called off in its turn is waited for', async () => {
  const takeTurns = createTurns(1);
  const { opened, open } = gate();
  const stop = new AbortController();
  const ended: string[] = [];
  const first = takeTurns(() => opened.then(() => void ended.push('work')), stop.signal).then(() => ended.push('turn'));
  stop.abort();
  open();
  await first;
  expect(ended).toEqual(['work', 'turn']);
});

test('what the work throws, its caller gets, and the next has its turn', async () => {
  const takeTurns = createTurns(1);
  await expect(takeTurns(() => Promise.reject(new Error('no')), forever)).rejects.toThrow('no');
  await takeTurns(async () => {}, forever);
});
