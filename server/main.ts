import { renderFailure, runServer } from './run-server.ts';

try {
  await runServer();
  process.exit(0);
} catch (error) {
  process.stderr.write(renderFailure(error));
  process.exit(1);
}
