import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import { AuditService } from '../../src/basket/expiry/audit.service.js';
import type { Product } from '../../src/catalogue/product.entity.js';
import type { Client } from '../support/client.js';
import { Shop, type TestUser } from '../support/shop.js';
import {
  type Action,
  Model,
  noteFreeze,
  type Quantities,
  type Round,
  rounds,
  USERS,
  VISITORS,
  withoutConflicts,
} from '../support/shop-model.js';

const STOCK = 1_000_000;

/** The facts that the answers of a round have added: ids of frozen baskets and of orders. */
type Answers = (string | null)[];

describe('random visitors on two instances', () => {
  let shop: Shop;
  let instances: Shop[];
  let admin: Client;
  let products: Product[];
  let users: TestUser[];
  let clients: Client[];
  const settings = {
    BASKET_MERGE_STRATEGY: 'sum',
    BASKET_MAX_QUANTITY: '1000000',
    FROZEN_TTL_SECONDS: '3600',
  };
  beforeAll(async () => {
    shop = await Shop.open(settings);
    instances = [shop, await shop.instance(settings)];
  });
  afterAll(() => shop.close());

  /** The request's members of a line: products come plain and engraved. */
  const lineOf = (line: number) => ({
    sku: products[line >> 1]?.sku ?? '',
    attributes: line % 2 === 0 ? {} : { engraving: 'For Ada' },
  });
  const idOf = ({ lines }: BasketDto, line: number): string => {
    const { sku, attributes } = lineOf(line);
    const isPlain = Object.keys(attributes).length === 0;
    const found = lines.find(
      (each) => each.sku === sku && (Object.keys(each.attributes).length === 0) === isPlain,
    );
    return found?.id ?? sku;
  };

  const act = async (visitor: number, action: Action, model: Model): Promise<string | null> => {
    const client = clients[visitor];
    if (!client) throw new Error(`There is no visitor ${visitor}`);
    const owner = model.ownerOf(visitor);
    const expects = async (expected: number, method: string, path: string, body?: unknown, from = client) => {
      const answer = await from.sends<BasketDto>(method, path, body);
      expect([method, path, answer.status, answer.body]).toEqual([method, path, expected, answer.body]);
      return answer.body;
    };
    switch (action.what) {
      case 'add': {
        const body = { ...lineOf(action.line), quantity: action.quantity };
        const status = owner.canChange ? 201 : 409;
        // A browser without a cookie sends its first write alone.
        await expects(status, 'POST', '/api/basket/lines', body);
        const tabs = Array.from({ length: action.times - 1 }, (_, n) => client.tab(instances[n % 2]?.url));
        await Promise.all(tabs.map((tab) => expects(status, 'POST', '/api/basket/lines', body, tab)));
        return null;
      }
      case 'set':
      case 'remove': {
        const path = `/api/basket/lines/${idOf(await client.basket(), action.line)}`;
        const isThere = owner.shown.has(action.line);
        // An engraved line that is not there has no id: the sku would be another line.
        if (action.line % 2 === 1 && !isThere) return null;
        if (action.what === 'remove') await expects(owner.canChange ? 200 : 409, 'DELETE', path);
        else await expects(owner.canChange ? 200 : 409, 'PUT', path, { quantity: action.quantity });
        return null;
      }
      case 'change': {
        const changes = action.changes.map(({ line, ...change }) => ({ ...lineOf(line), ...change }));
        const body = { mode: action.mode, changes };
        await expects(owner.canChange ? 200 : 409, 'POST', '/api/basket/changes', body);
        return null;
      }
      case 'clear':
        await expects(owner.canChange ? 204 : 409, 'DELETE', '/api/basket');
        return null;
      case 'login': {
        const user = users[action.user];
        const report = user && (await client.logsInAs(user)).basket;
        expect(report?.paymentUnderWay).toBe(model.loggedInAs[visitor] === null && owner.payments.length > 0);
        return null;
      }
      case 'freeze': {
        const status = owner.shown.size > 0 ? 200 : 409;
        return (await expects(status, 'POST', '/api/basket/freeze', { reserve: action.reserve })).id;
      }
      case 'thaw':
        await expects(200, 'POST', '/api/basket/thaw');
        return null;
      case 'submit': {
        const shown = await client.basket();
        if (shown.lines.length === 0) return null;
        return (await expects(200, 'POST', '/api/basket/submit', { basketId: shown.id })).id;
      }
      case 'callback': {
        const { payments } = model;
        const payment = payments[action.payment % payments.length];
        if (payment) await expects(200, 'POST', `/api/admin/baskets/${payment.id}/submit`, undefined, admin);
        return payment?.id ?? null;
      }
      case 'outlast': {
        // A guest's payment lasts as long as the session.
        const id = model.loggedInAs[visitor] === null ? null : (owner.payments.at(-1)?.id ?? null);
        if (id)
          await shop.sql(`UPDATE baskets SET frozen_at = now() - interval '2 hours' WHERE id = $1`, [id]);
        return id;
      }
      case 'logout':
        return client.logsOut().then(() => null);
      case 'expire':
        return shop.expire(client).then(() => null);
      case 'look':
        return client.basket().then(() => null);
    }
  };

  const quantitiesOf = (rows: { sku: string; variant: string; quantity: number }[]): Quantities =>
    new Map(
      rows.map(({ sku, variant, quantity }) => [
        products.findIndex((product) => product.sku === sku) * 2 + (variant === '' ? 0 : 1),
        quantity,
      ]),
    );
  const storedLines = async (id: string, status: string): Promise<Quantities> =>
    quantitiesOf(
      await shop.sql(
        `SELECT sku, variant, quantity FROM basket_lines JOIN baskets b ON b.id = basket_id WHERE b.id = $1 AND status = $2`,
        [id, status],
      ),
    );
  const sorted = (quantities: Quantities) => [...quantities].sort(([one], [other]) => one - other);

  const run = async (all: Round[]): Promise<void> => {
    await shop.sql('TRUNCATE sessions, baskets, products, idempotency_keys, stock_reservations CASCADE');
    admin = await shop.admin();
    products = [await shop.product(), await shop.product({ stock: STOCK }), await shop.product()];
    users = await Promise.all(Array.from({ length: USERS }, () => shop.user()));
    clients = Array.from({ length: VISITORS }, (_, n) => (instances[n % 2] ?? shop).guest());
    const model = new Model();
    for (const planned of all) {
      const round = withoutConflicts(planned, model);
      const [answers] = await Promise.all([
        Promise.all(clients.map((_, visitor) => act(visitor, round[visitor] ?? { what: 'look' }, model))),
        ...instances.map((instance) => instance.removeExpired({ batchSize: 2 })),
      ]);
      applyRound(model, round, answers);
      // The cleanups of the round may have missed a frozen basket that outlasted its time.
      if (round.some(({ what }) => what === 'outlast')) await shop.removeExpired();
    }
    await shop.removeExpired();
    for (const [visitor, client] of clients.entries()) {
      const { lines } = await client.basket();
      const shown = lines.map((each) => ({ ...each, variant: Object.keys(each.attributes).join('') }));
      expect([visitor, sorted(quantitiesOf(shown))]).toEqual([visitor, sorted(model.ownerOf(visitor).shown)]);
    }
    for (const { id, lines } of model.payments) {
      expect([id, sorted(await storedLines(id, 'frozen'))]).toEqual([id, sorted(lines)]);
    }
    for (const [id, lines] of model.orders) {
      expect([id, sorted(await storedLines(id, 'submitted'))]).toEqual([id, sorted(lines)]);
    }
    expect(await shop.count('baskets', `status = 'frozen'`)).toBe(model.payments.length);
    await expectStock(model);
    const { invariants } = await shop.app.get(AuditService).audit();
    expect(invariants.filter(({ count }) => count > 0)).toEqual([]);
  };

  /** Stock plus sold pieces is constant. The audit compares the reservations. */
  const expectStock = async (model: Model): Promise<void> => {
    const sold = [...model.orders.values()].reduce(
      (sum, lines) => sum + (lines.get(2) ?? 0) + (lines.get(3) ?? 0),
      0,
    );
    const sku = products[1]?.sku;
    expect(await shop.sql('SELECT stock FROM products WHERE sku = $1', [sku])).toEqual([
      { stock: STOCK - sold },
    ]);
  };

  it('leave the shop in the state of a simple model, and every invariant holds', async () => {
    // MODEL_SEED repeats a run, MODEL_RUNS makes it longer. A failure prints its seed.
    const seed = Number(process.env.MODEL_SEED ?? Date.now() % 1_000_000_000);
    const numRuns = Number(process.env.MODEL_RUNS ?? 20);
    process.stdout.write(`model: seed ${seed}, ${numRuns} runs\n`);
    await fc.assert(fc.asyncProperty(rounds, run), { seed, numRuns, endOnFailure: true });
  }, 3_600_000);
});

function applyRound(model: Model, round: Round, answers: Answers): void {
  round.forEach((action, visitor) => apply(model, visitor, action, answers[visitor] ?? null));
}

function apply(model: Model, visitor: number, action: Action, id: string | null): void {
  const owner = model.ownerOf(visitor);
  if (isRefused(action, owner.canChange)) return;
  const open = () => (owner.open ??= new Map<number, number>());
  switch (action.what) {
    case 'add':
      open().set(action.line, (owner.open?.get(action.line) ?? 0) + action.quantity * action.times);
      return;
    case 'set':
      if (action.line % 2 === 1 && !owner.shown.has(action.line)) return;
      if (action.quantity === 0) owner.open?.delete(action.line);
      else open().set(action.line, action.quantity);
      return;
    case 'remove':
      return void owner.open?.delete(action.line);
    case 'change':
      for (const change of action.changes) {
        const quantity = 'add' in change ? (owner.open?.get(change.line) ?? 0) + change.add : change.set;
        if (quantity === 0) owner.open?.delete(change.line);
        else open().set(change.line, quantity);
      }
      return;
    case 'clear':
      owner.open = null;
      return;
    case 'login':
      return model.logIn(visitor, action.user);
    case 'freeze':
      if (!id || !owner.open || owner.open.size === 0) return;
      noteFreeze(id);
      owner.payments.push({ id, lines: owner.open });
      owner.open = null;
      return;
    case 'thaw': {
      const payment = owner.payments.pop();
      if (payment) owner.merge(payment.lines);
      return;
    }
    case 'submit': {
      if (!id) return;
      const payment = owner.payments.find((each) => each.id === id);
      if (payment) return model.submit(payment);
      model.orders.set(id, owner.open ?? new Map<number, number>());
      owner.open = null;
      return;
    }
    case 'callback': {
      const payment = model.payments.find((each) => each.id === id);
      return payment && model.submit(payment);
    }
    case 'outlast': {
      if (!id) return;
      const payment = owner.payments.pop();
      if (payment) owner.merge(payment.lines);
      return;
    }
    case 'logout':
    case 'expire':
      return model.leave(visitor);
    case 'look':
      return;
  }
}

function isRefused({ what }: Action, canChange: boolean): boolean {
  return !canChange && ['add', 'set', 'remove', 'change', 'clear'].includes(what);
}
