import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathOf } from '../http/request-path.js';
import { wantsHtml } from '../http/wants-html.js';
import { projectFolder } from '../project-folder.js';

/** Where `npm run build` puts the pages. */
export const WEB_FOLDER = join(projectFolder(), 'dist/web');

/** What the pages may be called; nothing of the API, and nothing to decode. */
const PAGE = /^\/(?!(api|metrics)(\/|$))[\w./-]*$/i;

/** Their names carry a hash of their content (Vite). */
const HASHED = '/assets/';

/**
 * Serves the storefront and the operations page.
 *
 * A path that is no file gets the index page when a browser navigates to it, for the pages have addresses of their own;
 * whoever does not ask for HTML is told that there is nothing.
 *
 * @throws Error when the pages have not been built
 */
export function serveWeb(instance: FastifyInstance, folder: string): void {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Error('The pages have not been built: run `npm run build`, or set WEB=off.');
  }
  void instance.register(fastifyStatic, {
    root: folder,
    // A route a file: no other path reaches the disk.
    wildcard: false,
    globIgnore: ['**/*.{br,gz}'],
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(join(folder, HASHED));
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  instance.get('/*', (request, reply) => {
    if (isNavigation(request)) return reply.sendFile('index.html');
    reply.callNotFound();
    return reply;
  });
}

function isNavigation({ url, headers }: FastifyRequest): boolean {
  const path = pathOf(url);
  return PAGE.test(path) && !path.startsWith(HASHED) && wantsHtml(headers.accept);
}
