import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Of a process that is gone. */
export async function endedPid(): Promise<number> {
  const gone = spawn('true');
  await once(gone, 'close');
  return gone.pid!;
}
