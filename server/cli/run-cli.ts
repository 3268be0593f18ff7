import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { AppError } from '../../pipeline/errors.ts';
import type { SettingsSources } from '../config.ts';
import { findProjectRoot } from '../project-root.ts';
import { renderFailure, runServer } from '../run-server.ts';
import { addCommand } from './add.ts';
import { type CommandContext, type CommandStreams, createCommandContext } from './command-context.ts';
import { convertCommand } from './convert.ts';
import { doctorCommand } from './doctor.ts';
import { listCommand } from './list.ts';
import { reindexCommand } from './reindex.ts';
import { verifyCommand } from './verify.ts';

/** For scripts: all is well, the command failed, the command was not understood. */
const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** Where output goes, and where settings come from (the process's own environment and folder, unless told otherwise). */
export interface CliSurroundings extends CommandStreams, SettingsSources {}

interface JsonOption {
  json?: boolean;
}

/** Runs one command line (without `node` and the script). Answers the exit status; a failure is one sentence on standard error. */
export async function runCli(args: readonly string[], surroundings: CliSurroundings): Promise<number> {
  let isWell = true;
  const withContext = async (run: (context: CommandContext) => Promise<unknown>): Promise<void> => {
    isWell = (await run(createCommandContext(surroundings, surroundings))) !== false;
  };
  try {
    await describeCommands(withContext, surroundings).parseAsync(args, { from: 'user' });
    return isWell ? EXIT.ok : EXIT.failure;
  } catch (error) {
    // commander has said what is wrong; asking for help or the version is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    surroundings.err(renderFailure(error));
    return error instanceof AppError && error.code === 'bad_request' ? EXIT.usage : EXIT.failure;
  }
}

type WithContext = (run: (context: CommandContext) => Promise<unknown>) => Promise<void>;

function describeCommands(withContext: WithContext, { out, err }: CommandStreams): Command {
  const program = new Command('millrace')
    .description('Turns files into streams that play at once.')
    .version(readVersion())
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err })
    .showHelpAfterError('(millrace --help tells more)');
  const command = (usage: string, description: string) => program.command(usage).description(description);
  const json = ['--json', 'print the result as JSON'] as const;

  command('serve', 'run the server').action(() => runServer());
  command('add', 'add a file to the library; it stays where it is')
    .argument('<file>')
    .option(...json)
    .action((file: string, options: JsonOption) => withContext((context) => addCommand(context, file, options)));
  command('list', 'list the titles')
    .option(...json)
    .action((options: JsonOption) => withContext((context) => listCommand(context, options)));
  command('verify', 'judge a title, a folder or an address by the rules of HLS')
    .argument('<title|dir|url>')
    .option(...json)
    .action((target: string, options: JsonOption) => withContext((context) => verifyCommand(context, target, options)));
  command('convert', 'make a folder of a file that any web server can serve')
    .argument('<file>')
    .argument('<outdir>')
    .option(...json)
    .action((file: string, outDir: string, options: JsonOption) =>
      withContext((context) => convertCommand(context, file, outDir, options)),
    );
  command('reindex', 'make the catalogue anew from what the media home holds')
    .option(...json)
    .action((options: JsonOption) => withContext((context) => reindexCommand(context, options)));
  command('doctor', 'check whether this machine has what Millrace needs')
    .option(...json)
    .action((options: JsonOption) => withContext((context) => doctorCommand(context, options)));
  return program;
}

function readVersion(): string {
  return (JSON.parse(readFileSync(join(findProjectRoot(), 'package.json'), 'utf8')) as { version: string }).version;
}
