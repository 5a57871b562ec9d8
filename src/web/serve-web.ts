import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../config/environment.js';
import { pathOf } from '../http/request/request-path.js';
import { wantsHtml } from '../http/request/wants-html.js';
import { projectFolder } from '../config/project-folder.js';

/** Where `npm run build` puts the pages. */
export const WEB_FOLDER = join(projectFolder(), 'dist/web');

/** What the pages may be called; nothing of the API, and nothing to decode. */
const PAGE = /^\/(?!(api|metrics)(\/|$))[\w./-]*$/i;

/** Their names carry a hash of their content (Vite). */
const HASHED = '/assets/';

/** Also in a compressed form. */
const PICTURE = /\.(svg|png|jpe?g|webp|avif|gif)(\.(br|gz))?$/;

/** The page of each port, where the operations have a port of their own. */
const SHOP_PAGE = 'index.html';
const OPERATIONS_PAGE = 'operations.html';

type WebSettings = Pick<Environment, 'operationsPort' | 'allowedOrigins' | 'basePath'>;

/**
 * Serves the storefront and the operations page.
 *
 * A port of the operations' own gets pages without a shop: `operations.html`, which the visitors' port does not serve.
 * A path that is no file gets the index page when a browser navigates to it, for the pages have addresses of their own;
 * whoever does not ask for HTML is told that there is nothing.
 *
 * @throws Error when the pages have not been built
 */
export function serveWeb(
  instance: FastifyInstance,
  folder: string,
  { operationsPort, allowedOrigins, basePath }: WebSettings,
): void {
  if (!existsSync(join(folder, SHOP_PAGE))) {
    throw new Error('The pages have not been built: run `npm run build`, or set WEB=off.');
  }
  const sendShop = pageSender(readFileSync(join(folder, SHOP_PAGE), 'utf8'), basePath);
  const sendOperations = pageSender(readFileSync(join(folder, OPERATIONS_PAGE), 'utf8'), basePath);
  void instance.register(fastifyStatic, {
    root: folder,
    // A route a file: no other path reaches the disk.
    wildcard: false,
    globIgnore: ['**/*.{br,gz}', SHOP_PAGE, OPERATIONS_PAGE],
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(join(folder, HASHED));
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      // A page of an allowed origin shows the products with them, by plain `<img>`.
      const isForAll = allowedOrigins.length > 0 && PICTURE.test(path);
      if (isForAll) reply.header('cross-origin-resource-policy', 'cross-origin');
    },
  });
  const isOperations = ({ socket }: FastifyRequest) => socket.localPort === operationsPort;
  for (const url of ['/', '/index.html']) {
    instance.get(url, (request, reply) =>
      isOperations(request) ? reply.redirect('/operations') : sendShop(request, reply),
    );
  }
  instance.get('/*', (request, reply) => {
    if (isNavigation(request)) return (isOperations(request) ? sendOperations : sendShop)(request, reply);
    reply.callNotFound();
    return reply;
  });
}

/** The built page names its files relative to itself, which is wrong for an address such as `/orders/1`. */
function pageSender(built: string, basePath: string) {
  const pageBelow = (path: string) => built.replaceAll('="./', `="${path}/`);
  const [plain, prefixed] = [pageBelow(''), pageBelow(basePath)];
  return ({ url, originalUrl }: FastifyRequest, reply: FastifyReply): FastifyReply =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      // The operations port has no prefix.
      .send(url === originalUrl ? plain : prefixed);
}

function isNavigation({ url, headers }: FastifyRequest): boolean {
  const path = pathOf(url);
  return PAGE.test(path) && !path.startsWith(HASHED) && wantsHtml(headers.accept);
}
