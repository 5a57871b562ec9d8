import expressStaticGzip from 'express-static-gzip';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../project-folder.js';

/** Where `npm run build` puts the pages. */
export const WEB_FOLDER = join(projectFolder(), 'dist/web');

/** What the pages may be called; nothing of the API, and nothing to decode. */
const PAGE = /^\/(?!(api|metrics)(\/|$))[\w./-]*$/i;

/** Their names carry a hash of their content (Vite). */
const HASHED = /^\/assets\//;

/**
 * Serves the storefront and the operations page: a middleware.
 *
 * A path that is no file gets the index page when a browser navigates to it, for the pages have addresses of their own;
 * whoever does not ask for HTML is told that there is nothing.
 *
 * @throws Error when the pages have not been built
 */
export function serveWeb(folder: string): RequestHandler {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Error('The pages have not been built: run `npm run build`, or set WEB=off.');
  }
  const files = expressStaticGzip(folder, {
    enableBrotli: true,
    orderPreference: ['br', 'gzip'],
    serveStatic: { redirect: false, cacheControl: false },
  });
  return (request: Request, response: Response, next: NextFunction) => {
    if (!isRead(request) || !PAGE.test(request.path)) return next();
    response.set(
      'Cache-Control',
      HASHED.test(request.path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
    files(request, response, (error?: unknown) => {
      if (error || !isNavigation(request)) return next(error);
      request.url = '/index.html';
      files(request, response, next);
    });
  };
}

function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isNavigation(request: Request): boolean {
  return !HASHED.test(request.path) && request.accepts(['json', 'html']) === 'html';
}
