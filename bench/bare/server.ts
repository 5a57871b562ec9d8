/**
 * The limit: Node's own http server and pg, a hand-tuned statement a request, and nothing that a framework does.
 *
 * It keeps a guest's basket on the shop's own tables and answers as the shop does. It checks nothing that it need not
 * check to be right: no signature, no If-Match, no idempotency, no users.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const TTL = 1_209_600_000;

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

const LINES = `
  l.sku, p.name, l.quantity, p.unit_price_minor AS price, l.unit_price_minor_when_added AS added, p.stock`;

const READ = {
  name: 'read',
  text: `
    SELECT b.id, b.version, ${LINES}
    FROM baskets b LEFT JOIN basket_lines l ON l.basket_id = b.id LEFT JOIN products p ON p.sku = l.sku
    WHERE b.id = (SELECT basket_id FROM sessions WHERE id = $1 AND expired_at > $2) ORDER BY l.added_at, l.sku`,
};

const BEGIN = {
  name: 'begin',
  text: `
    WITH product AS (
      SELECT * FROM products WHERE sku = $4 AND is_active AND (stock IS NULL OR stock >= $5)
    ), basket AS (
      INSERT INTO baskets (id) SELECT $2 FROM product RETURNING id, version
    ), session AS (
      INSERT INTO sessions (id, expired_at, basket_id) SELECT $1, $3, id FROM basket
    ), line AS (
      INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added)
      SELECT basket.id, sku, $5, unit_price_minor FROM basket, product
    )
    SELECT basket.id, version, p.sku, p.name, $5::int AS quantity, p.unit_price_minor AS price,
      p.unit_price_minor AS added, p.stock
    FROM basket, product p`,
};

const ADD = {
  name: 'add',
  text: `
    WITH session AS (
      SELECT basket_id FROM sessions WHERE id = $1 AND expired_at > $2 FOR UPDATE
    ), basket AS (
      UPDATE baskets SET version = version + 1, updated_at = now()
      WHERE id = (SELECT basket_id FROM session) AND status = 'open' RETURNING id, version
    ), line AS (
      INSERT INTO basket_lines AS l (basket_id, sku, quantity, unit_price_minor_when_added)
      SELECT basket.id, p.sku, $4, p.unit_price_minor
      FROM basket, products p WHERE p.sku = $3 AND is_active AND (p.stock IS NULL OR p.stock >= $4)
      ON CONFLICT (basket_id, sku) DO UPDATE SET quantity = l.quantity + excluded.quantity
      RETURNING basket_id, sku, quantity, unit_price_minor_when_added, added_at
    ), lines AS (
      SELECT * FROM line
      UNION ALL
      SELECT l.basket_id, l.sku, l.quantity, l.unit_price_minor_when_added, l.added_at
      FROM basket JOIN basket_lines l ON l.basket_id = basket.id WHERE l.sku <> $3
    )
    SELECT basket.id, basket.version, ${LINES}
    FROM basket JOIN lines l ON l.basket_id = basket.id LEFT JOIN products p ON p.sku = l.sku
    WHERE EXISTS (SELECT FROM line) ORDER BY l.added_at, l.sku`,
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
  const known = /(?:^|; )sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  if (request.method === 'GET')
    return send(response, 200, known ? await query(READ, [known, Date.now()]) : []);
  const { sku, quantity } = JSON.parse(await bodyOf(request)) as { sku: string; quantity: number };
  if (known) return send(response, 201, await query(ADD, [known, Date.now(), sku, quantity]));
  const id = randomBytes(32).toString('base64url');
  const rows = await query(BEGIN, [id, randomUUID(), Date.now() + TTL, sku, quantity]);
  response.setHeader('Set-Cookie', `sid=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=7776000`);
  send(response, 201, rows);
}

async function query(statement: { name: string; text: string }, values: unknown[]): Promise<Row[]> {
  return (await pool.query<Row>({ ...statement, values })).rows;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) body += String(chunk);
  return body;
}

function send(response: ServerResponse, status: number, rows: Row[]): void {
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
  const body = JSON.stringify({
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
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) })
    .end(body);
}
