import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Product } from '../../src/catalogue/product.entity.js';
import { AuditService } from '../../src/basket/expiry/audit.service.js';
import type { Client } from '../support/client.js';
import { Shop, type TestUser } from '../support/shop.js';

const VISITORS = 4;
const USERS = 2;
const PRODUCTS = 3;

type Action =
  | { what: 'add'; product: number; quantity: number; times: number }
  | { what: 'set'; product: number; quantity: number }
  | { what: 'remove'; product: number }
  | { what: 'clear' }
  | { what: 'login'; user: number }
  | { what: 'logout' }
  | { what: 'expire' }
  | { what: 'look' };

/** The actions of one round. All visitors act in parallel, while two cleanups run. */
type Round = Action[];

const product = fc.nat({ max: PRODUCTS - 1 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('add' as const),
      product,
      quantity: fc.integer({ min: 1, max: 3 }),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('set' as const), product, quantity: fc.nat({ max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('remove' as const), product }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('clear' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('login' as const), user: fc.nat({ max: USERS - 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('logout' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('expire' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('look' as const) }) },
);
const rounds: fc.Arbitrary<Round[]> = fc.array(
  fc.array(action, { minLength: VISITORS, maxLength: VISITORS }),
  {
    minLength: 3,
    maxLength: 10,
  },
);

type Quantities = Map<number, number>;

/** The expected state of the shop: one basket for each guest, and one for each user. */
class Model {
  readonly guests: Quantities[] = Array.from({ length: VISITORS }, () => new Map<number, number>());
  readonly users: Quantities[] = Array.from({ length: USERS }, () => new Map<number, number>());
  readonly loggedInAs: (number | null)[] = Array<null>(VISITORS).fill(null);
  readonly hasSession: boolean[] = Array<boolean>(VISITORS).fill(false);

  basketOf(visitor: number): Quantities {
    const user = this.loggedInAs[visitor] ?? null;
    return (user === null ? this.guests[visitor] : this.users[user]) ?? new Map<number, number>();
  }

  leave(visitor: number): void {
    this.guests[visitor] = new Map();
    this.loggedInAs[visitor] = null;
    this.hasSession[visitor] = false;
  }
}

/**
 * Adds commute, and merges by sum too. Other actions get a basket that no other visitor uses in the
 * round.
 */
function withoutConflicts(round: Round, model: Model): Round {
  const touched = round.map((action, visitor) => {
    const user = action.what === 'login' ? action.user : (model.loggedInAs[visitor] ?? null);
    return user === null ? `guest ${visitor}` : `user ${user}`;
  });
  return round.map((action, visitor) => {
    const isAlone = touched.filter((basket) => basket === touched[visitor]).length === 1;
    const isLoneAction = action.what === 'set' || action.what === 'remove' || action.what === 'clear';
    return isLoneAction && !isAlone ? { what: 'look' } : action;
  });
}

function apply(model: Model, visitor: number, action: Action): void {
  const basket = model.basketOf(visitor);
  switch (action.what) {
    case 'add':
      basket.set(action.product, (basket.get(action.product) ?? 0) + action.quantity * action.times);
      model.hasSession[visitor] = true;
      break;
    case 'set':
      if (action.quantity === 0) basket.delete(action.product);
      else basket.set(action.product, action.quantity);
      if (action.quantity > 0) model.hasSession[visitor] = true;
      break;
    case 'remove':
      basket.delete(action.product);
      break;
    case 'clear':
      basket.clear();
      break;
    case 'login': {
      const user = model.users[action.user] ?? new Map<number, number>();
      if (model.loggedInAs[visitor] === null)
        for (const [sku, n] of basket) user.set(sku, (user.get(sku) ?? 0) + n);
      model.leave(visitor);
      model.loggedInAs[visitor] = action.user;
      model.hasSession[visitor] = true;
      break;
    }
    case 'logout':
    case 'expire':
      model.leave(visitor);
      break;
    case 'look':
      break;
  }
}

describe('random visitors on two instances', () => {
  let shop: Shop;
  let instances: Shop[];
  const settings = { BASKET_MERGE_STRATEGY: 'sum', BASKET_MAX_QUANTITY: '1000000' };
  beforeAll(async () => {
    shop = await Shop.open(settings);
    instances = [shop, await shop.instance(settings)];
  });
  afterAll(() => shop.close());

  const act = async (
    client: Client,
    action: Action,
    products: Product[],
    users: TestUser[],
  ): Promise<void> => {
    const sku = { sku: 'product' in action ? (products[action.product]?.sku ?? '') : '' };
    switch (action.what) {
      case 'add': {
        // A browser without a cookie sends its first write alone.
        await client.adds(sku, action.quantity);
        const tabs = Array.from({ length: action.times - 1 }, (_, n) => client.tab(instances[n % 2]?.url));
        await Promise.all(tabs.map((tab) => tab.adds(sku, action.quantity)));
        return;
      }
      case 'set':
        return void (await client.sets(sku, action.quantity));
      case 'remove':
        return void (await client.removes(sku));
      case 'clear':
        return void (await client.sends('DELETE', '/api/basket'));
      case 'login': {
        const user = users[action.user];
        return void (user && (await client.logsInAs(user)));
      }
      case 'logout':
        return client.logsOut();
      case 'expire':
        return shop.expire(client);
      case 'look':
        return void (await client.basket());
    }
  };

  const run = async (all: Round[]): Promise<void> => {
    await shop.sql('TRUNCATE sessions, baskets, products, idempotency_keys CASCADE');
    const products = await Promise.all(Array.from({ length: PRODUCTS }, () => shop.product()));
    const users = await Promise.all(Array.from({ length: USERS }, () => shop.user()));
    const clients = Array.from({ length: VISITORS }, (_, n) => (instances[n % 2] ?? shop).guest());
    const model = new Model();
    for (const planned of all) {
      const round = withoutConflicts(planned, model);
      await Promise.all([
        ...clients.map((client, visitor) => act(client, round[visitor] ?? { what: 'look' }, products, users)),
        ...instances.map((instance) => instance.removeExpired({ batchSize: 2 })),
      ]);
      round.forEach((action, visitor) => apply(model, visitor, action));
    }
    await shop.removeExpired();
    for (const [visitor, client] of clients.entries()) {
      const expected = [...model.basketOf(visitor)].map(([n, quantity]) => [products[n]?.sku, quantity]);
      expect(await client.quantities()).toEqual(Object.fromEntries(expected));
    }
    expect(await shop.guestBaskets()).toBeLessThanOrEqual(VISITORS);
    const { invariants } = await shop.app.get(AuditService).audit();
    expect(invariants.filter(({ count }) => count > 0)).toEqual([]);
  };

  it('leave the shop in the state of a simple model, and every invariant holds', async () => {
    // MODEL_SEED repeats a run, MODEL_RUNS makes it longer. A failure prints its seed.
    const seed = Number(process.env.MODEL_SEED ?? Date.now() % 1_000_000_000);
    const numRuns = Number(process.env.MODEL_RUNS ?? 20);
    process.stdout.write(`model: seed ${seed}, ${numRuns} runs\n`);
    await fc.assert(fc.asyncProperty(rounds, run), { seed, numRuns, endOnFailure: true });
  }, 600_000);
});
