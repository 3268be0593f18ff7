import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A step that went wrong, in a sentence for the person at the keyboard. */
export class SetupError extends Error {}

const ENDING_SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** Tells what goes on. On standard error, so that standard output stays the commands' own. */
export function say(/** @type {string} */ sentence) {
  process.stderr.write(`${sentence}\n`);
}

/**
 * Runs a command to its end and answers its exit status. Its output goes to our standard error: `stdout: 'inherit'` leaves
 * its standard output alone, `quiet` shows it only when the command fails. A signal that ends us ends it first.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ stdout?: 'inherit', quiet?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  /** @type {NodeJS.Signals | undefined} */
  let endedBy;
  const passOn = (/** @type {NodeJS.Signals} */ signal) => {
    endedBy = signal;
    child.kill(signal);
  };
  // Before the start: a signal that comes right after it must find us listening.
  for (const signal of ENDING_SIGNALS) process.on(signal, passOn);
  const child = spawn(command, args, { stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', options.stdout ?? 2, 2] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new SetupError(`${command} cannot be run: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code !== 0) process.stderr.write(output);
      for (const each of ENDING_SIGNALS) process.off(each, passOn);
      if (endedBy !== undefined) process.exit(128 + constants.signals[endedBy]);
      resolve(code ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)]);
    });
  });
}

/**
 * Ends the process with the sentence of a SetupError; any other error is a bug and keeps its stack.
 *
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exit(1);
  }
}
