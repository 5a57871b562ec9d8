/** The limit for a read without a cookie: Express with a constant empty basket. */
import express from 'express';
import type { AddressInfo } from 'node:net';

const EMPTY = {
  id: null,
  status: 'open',
  owner: 'guest',
  currency: 'EUR',
  version: 0,
  lines: [],
  totals: { lines: 0, quantity: 0, amountMinor: 0, unavailableLines: 0 },
  lastMerge: null,
  expiresAt: null,
};

const app = express();
app.get('/api/basket', (_request, response) => {
  response.json(EMPTY);
});
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`Serving on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
