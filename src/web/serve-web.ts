import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../config/environment.js';
import { pathOf } from '../http/request/request-path.js';
import { wantsHtml } from '../http/request/wants-html.js';
import { projectFolder } from '../config/project-folder.js';

/** The folder of the built pages (`npm run build`). */
export const WEB_FOLDER = join(projectFolder(), 'dist/web');

/** The paths of pages: none of the API, and none with encoded characters. */
const PAGE = /^\/(?!(api|metrics)(\/|$))[\w./-]*$/i;

/** The folder of files whose names contain a hash of their content (Vite). */
const HASHED = '/assets/';

/** Pictures, compressed or not. */
const PICTURE = /\.(svg|png|jpe?g|webp|avif|gif)(\.(br|gz))?$/;

/** The pages of the two ports, if operations have a port of their own. */
const SHOP_PAGE = 'index.html';
const OPERATIONS_PAGE = 'operations.html';

type WebSettings = Pick<Environment, 'operationsPort' | 'allowedOrigins' | 'basePath'>;

/**
 * Serves the shop and the operations page.
 *
 * The operations port serves `operations.html` instead of the shop, and the visitors' port never
 * serves it. A path without a file, such as `/orders/1`, gets this page if the request asks for
 * HTML. Otherwise the response is 404.
 *
 * @throws Error if the pages have not been built
 */
export function serveWeb(
  instance: FastifyInstance,
  folder: string,
  { operationsPort, allowedOrigins, basePath }: WebSettings,
): void {
  if (!existsSync(join(folder, SHOP_PAGE))) {
    throw new Error('The pages have not been built. Run `npm run build`, or set WEB=off.');
  }
  const sendShop = pageSender(readFileSync(join(folder, SHOP_PAGE), 'utf8'), basePath);
  const sendOperations = pageSender(readFileSync(join(folder, OPERATIONS_PAGE), 'utf8'), basePath);
  void instance.register(fastifyStatic, {
    root: folder,
    // One route per file: no other path reaches the disk.
    wildcard: false,
    globIgnore: ['**/*.{br,gz}', SHOP_PAGE, OPERATIONS_PAGE],
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(join(folder, HASHED));
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      // A page on an allowed origin shows the products with these pictures, by plain `<img>`.
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

/**
 * Returns a handler that sends a built page for any path. The page has relative paths of its files,
 * which are wrong for a path such as `/orders/1`.
 */
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
