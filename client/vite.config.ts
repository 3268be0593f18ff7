import { resolve } from 'node:path';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds the running server. The Host header stays the page's own: the server compares it with Origin. */
const SERVER = { target: 'http://127.0.0.1:3000', changeOrigin: false };

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: resolve(import.meta.dirname, '../dist/client'),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing becomes a data: URL, so that a strict Content-Security-Policy needs no exception for it.
    assetsInlineLimit: 0,
    // hls.js alone is larger than the default; it is a chunk of its own and is loaded when something is watched.
    chunkSizeWarningLimit: 800,
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': SERVER,
      '/titles': SERVER,
      '^/(audio_|video_|text_)?stream\\?': SERVER,
    },
  },
});
