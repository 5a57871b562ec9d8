/**
 * Serves the page from a separate origin. Any web server can do this, because nothing is built.
 *
 *     ALLOWED_ORIGINS=http://www.shop.localhost:8080 npm start
 *     node examples/page-on-subdomain/serve.mjs   # then open http://www.shop.localhost:8080
 *
 * Chromium and Firefox resolve each `*.localhost` to this machine. `www.shop.localhost` and
 * `api.shop.localhost` are one site; `www.localhost` and `api.localhost` would be two.
 */
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';

const { API: api = 'http://api.shop.localhost:3000', PORT: port = '8080' } = process.env;

const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript'],
  '/basket-api.js': ['basket-api.js', 'text/javascript'],
};

const server = createServer(({ url }, response) => {
  if (url === '/config.js') {
    response.writeHead(200, { 'Content-Type': 'text/javascript' });
    response.end(`export const API = ${JSON.stringify(api)};\n`);
  } else if (Object.hasOwn(FILES, url)) {
    const [file, type] = FILES[url];
    response.writeHead(200, { 'Content-Type': type });
    createReadStream(new URL(file, import.meta.url)).pipe(response);
  } else {
    response.writeHead(404).end();
  }
});
server.listen(port, '127.0.0.1', () => {
  console.log(`Serving on http://www.shop.localhost:${server.address().port}`);
});
