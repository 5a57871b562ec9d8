import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { defineConfig, loadEnv, type Plugin } from 'vite';

/** The port as `npm start` reads it, also from `.env`. */
const { PORT } = loadEnv('development', join(import.meta.dirname, '..'), 'PORT');

/**
 * The API for `npm run web:dev`. The proxy keeps the page's Host: the API refuses writes from pages
 * of other hosts.
 */
const API = { target: `http://127.0.0.1:${PORT || '3000'}`, changeOrigin: false };

const COMPRESSIBLE = /\.(js|css|html|svg)$/;

/** Compresses each file once, during the build: `.br` and `.gz` beside it. */
function compress(): Plugin {
  let folder = '';
  return {
    name: 'compress',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = resolve(root, build.outDir);
    },
    closeBundle: async () => {
      const files = await readdir(folder, { recursive: true });
      const texts = files.filter((file) => COMPRESSIBLE.test(file)).map((file) => join(folder, file));
      await Promise.all(texts.map(compressFile));
    },
  };
}

async function compressFile(file: string): Promise<void> {
  const text = await readFile(file);
  await writeFile(`${file}.br`, await promisify(brotliCompress)(text));
  await writeFile(`${file}.gz`, await promisify(gzip)(text));
}

export default defineConfig({
  // The server decides the prefix of the pages at its start (BASE_PATH).
  base: './',
  plugins: [compress()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The operations port has a page without a shop.
      input: ['index.html', 'operations.html'].map((page) => join(import.meta.dirname, page)),
      // "use client" is for frameworks that render on a server.
      onLog: (level, log, next) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && next(level, log),
    },
  },
  server: { proxy: { '/api': API } },
});
