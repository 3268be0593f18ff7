/** `static-server.ts FOLDER`: what a first Express server would be, on a free port that it prints. */
import type { AddressInfo } from 'node:net';
import express from 'express';

const app = express();
app.use(express.static(process.argv[2]!));
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
