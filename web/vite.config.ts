import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { defineConfig, loadEnv, type Plugin } from 'vite';

/** As `npm start` reads it, `.env` included. */
const { PORT } = loadEnv('development', join(import.meta.dirname, '..'), 'PORT');

/** The API that `npm run web:dev` asks. It hears the page's own host: what pages of other hosts send it refuses. */
const API = { target: `http://127.0.0.1:${PORT || '3000'}`, changeOrigin: false };

const COMPRESSIBLE = /\.(js|css|html|svg)$/;

/** Compressed once, when built, instead of with every answer: `.br` and `.gz` beside each file. */
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
  // The server decides at its start which path the pages are below (BASE_PATH).
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
