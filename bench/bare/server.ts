/**
 * The limit: Node's own http server and pg, one hand-tuned statement per request, and no framework.
 *
 * It keeps a guest's basket in the shop's own tables and responds like the shop. It omits every
 * check: no signature, no If-Match, no idempotency, no login limits.
 */
import { verify } from '@node-rs/argon2';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';
import {
  ADD,
  BEGIN,
  LOG_IN,
  PRODUCTS,
  READ,
  REMOVE,
  SET,
  USER_BY_EMAIL,
  USER_OF_SESSION,
} from './statements.js';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const TTL = 1_209_600_000;
const TOKEN_SECONDS = 900;
const SECRET = randomBytes(32);

interface Line {
  sku: string;
  name: string;
  quantity: number;
  price: number;
  added: number;
  stock: number | null;
}
interface Row extends Line {
  id: string;
  version: number;
}
interface Body {
  sku: string;
  quantity: number;
  email: string;
  password: string;
}
interface Call {
  session: string;
  /** The sku in the path. */
  sku: string;
  body: Body;
  response: ServerResponse;
}

const ROUTES: Record<string, (call: Call) => Promise<void>> = {
  'GET /api/basket': async ({ session, response }) =>
    sendBasket(response, 200, session ? await query(READ, [session, Date.now()]) : []),
  'POST /api/basket/lines': addLine,
  'PUT /api/basket/lines/:sku': async ({ session, sku, body, response }) =>
    sendBasket(response, 200, await query(SET, [session, Date.now(), sku, body.quantity])),
  'DELETE /api/basket/lines/:sku': async ({ session, sku, response }) =>
    sendBasket(response, 200, await query(REMOVE, [session, Date.now(), sku])),
  'GET /api/products': async ({ response }) => {
    const products = await query<object>(PRODUCTS, [20]);
    const page = products.map((product) => ({ ...product, currency: 'EUR', isAvailable: true }));
    send(response, 200, { products: page, nextCursor: null });
  },
  'POST /api/auth/refresh': async ({ session, response }) => {
    const [user] = await query<{ userId: string }>(USER_OF_SESSION, [session, Date.now()]);
    if (!user) throw new Error('The session has no user.');
    send(response, 200, tokenOf(user.userId));
  },
  'POST /api/auth/login': logIn,
};

createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error));
  });
}).listen(0, '127.0.0.1', function (this: { address(): unknown }) {
  const { port } = this.address() as { port: number };
  process.stdout.write(`Serving on http://127.0.0.1:${port}\n`);
});
process.on('SIGTERM', () => process.exit(0));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const session = /(?:^|; )sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const sku = /^\/api\/basket\/lines\/(.+)$/.exec(path)?.[1] ?? '';
  const route = ROUTES[`${request.method} ${sku ? '/api/basket/lines/:sku' : path}`];
  if (!route) throw new Error(`${request.method} ${path} is not a route of the bare server.`);
  const hasBody = Number(request.headers['content-length'] ?? 0) > 0;
  const body = (hasBody ? JSON.parse(await bodyOf(request)) : {}) as Body;
  await route({ session, sku, body, response });
}

async function addLine({ session, body, response }: Call): Promise<void> {
  const { sku, quantity } = body;
  if (session) return sendBasket(response, 201, await query(ADD, [session, Date.now(), sku, quantity]));
  const id = giveSession(response);
  sendBasket(response, 201, await query(BEGIN, [id, randomUUID(), Date.now() + TTL, sku, quantity]));
}

async function logIn({ body: { email, password }, response }: Call): Promise<void> {
  const [user] = await query<{ id: string; passwordHash: string }>(USER_BY_EMAIL, [email]);
  if (!user || !(await verify(user.passwordHash, password))) throw new Error('The password is wrong.');
  await query(LOG_IN, [giveSession(response), Date.now() + TTL, user.id]);
  const basket = { outcome: 'none', strategy: 'max', lines: [] };
  send(response, 200, { ...tokenOf(user.id), user: { id: user.id, email }, basket });
}

function giveSession(response: ServerResponse): string {
  const id = randomBytes(32).toString('base64url');
  response.setHeader('Set-Cookie', `sid=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=7776000`);
  return id;
}

function tokenOf(userId: string): object {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const iat = Math.floor(Date.now() / 1_000);
  const text = `${encode({ alg: 'HS256' })}.${encode({ sub: userId, iat, exp: iat + TOKEN_SECONDS })}`;
  const signature = createHmac('sha256', SECRET).update(text).digest('base64url');
  return { accessToken: `${text}.${signature}`, tokenType: 'Bearer', expiresIn: TOKEN_SECONDS };
}

async function query<T extends object = Row>(
  statement: { name: string; text: string },
  values: unknown[],
): Promise<T[]> {
  return (await pool.query<T>({ ...statement, values })).rows;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) body += String(chunk);
  return body;
}

function sendBasket(response: ServerResponse, status: number, rows: Row[]): void {
  const lines = rows.map(({ sku, name, quantity, price, added, stock }) => ({
    sku,
    name,
    quantity,
    unitPriceMinor: price,
    unitPriceMinorWhenAdded: added,
    lineTotalMinor: price * quantity,
    notices: [
      price !== added && 'price-changed',
      stock !== null && stock < quantity && 'insufficient-stock',
    ].filter(Boolean),
  }));
  const [first] = rows;
  send(response, status, {
    id: first?.id ?? null,
    status: 'open',
    owner: 'guest',
    currency: 'EUR',
    version: first?.version ?? 0,
    lines,
    totals: {
      lines: lines.length,
      quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
      amountMinor: lines.reduce((sum, { lineTotalMinor }) => sum + lineTotalMinor, 0),
      unavailableLines: 0,
    },
    lastMerge: null,
    expiresAt: new Date(Date.now() + TTL).toISOString(),
  });
}

function send(response: ServerResponse, status: number, answer: object): void {
  const body = JSON.stringify(answer);
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
    .end(body);
}
