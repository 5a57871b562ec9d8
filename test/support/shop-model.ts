import fc from 'fast-check';

export const VISITORS = 4;
export const USERS = 2;
/** Each product comes plain and engraved, and the second one tracks its stock. */
const LINES = 6;

type Change = { line: number; add: number } | { line: number; set: number };

export type Action =
  | { what: 'add'; line: number; quantity: number; times: number }
  | { what: 'set'; line: number; quantity: number }
  | { what: 'remove'; line: number }
  | { what: 'change'; mode: 'all' | 'possible'; changes: Change[] }
  | { what: 'clear' }
  | { what: 'login'; user: number }
  | { what: 'freeze'; reserve: boolean }
  | { what: 'thaw' }
  | { what: 'submit' }
  | { what: 'outlast' }
  | { what: 'callback'; payment: number }
  | { what: 'logout' }
  | { what: 'expire' }
  | { what: 'look' };

/** The actions of one round. All visitors act in parallel, while two cleanups run. */
export type Round = Action[];

const line = fc.nat({ max: LINES - 1 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ line, add: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ line, set: fc.nat({ max: 3 }) }),
);
const what = <W extends Action['what']>(name: W) => fc.constant(name);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: what('add'),
      line,
      quantity: fc.integer({ min: 1, max: 3 }),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: what('set'), line, quantity: fc.nat({ max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ what: what('remove'), line }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: what('change'),
      mode: fc.constantFrom('all' as const, 'possible' as const),
      changes: fc.array(change, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: what('clear') }) },
  { weight: 4, arbitrary: fc.record({ what: what('login'), user: fc.nat({ max: USERS - 1 }) }) },
  { weight: 3, arbitrary: fc.record({ what: what('freeze'), reserve: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ what: what('thaw') }) },
  { weight: 1, arbitrary: fc.record({ what: what('submit') }) },
  { weight: 1, arbitrary: fc.record({ what: what('outlast') }) },
  { weight: 1, arbitrary: fc.record({ what: what('callback'), payment: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ what: what('logout') }) },
  { weight: 1, arbitrary: fc.record({ what: what('expire') }) },
  { weight: 1, arbitrary: fc.record({ what: what('look') }) },
);

export const rounds: fc.Arbitrary<Round[]> = fc.array(
  fc.array(action, { minLength: VISITORS, maxLength: VISITORS }),
  { minLength: 3, maxLength: 10 },
);

/** The quantity of each line. */
export type Quantities = Map<number, number>;

/** A frozen basket, with the id that its freeze answered. */
export interface Payment {
  id: string;
  lines: Quantities;
}

/** The baskets of a guest or of a user: an open one or none, then frozen ones, the latest last. */
export class Owner {
  open: Quantities | null = null;
  payments: Payment[] = [];

  /** The lines that `GET /api/basket` shows. */
  get shown(): Quantities {
    return this.open ?? this.payments.at(-1)?.lines ?? new Map<number, number>();
  }

  /** False if a change is refused: there are only frozen baskets. */
  get canChange(): boolean {
    return this.open !== null || this.payments.length === 0;
  }

  merge(lines: Quantities): void {
    this.open ??= new Map();
    for (const [line, quantity] of lines) this.open.set(line, (this.open.get(line) ?? 0) + quantity);
  }
}

/** The expected state of the shop. */
export class Model {
  guests: Owner[] = Array.from({ length: VISITORS }, () => new Owner());
  readonly users: Owner[] = Array.from({ length: USERS }, () => new Owner());
  readonly loggedInAs: (number | null)[] = Array<null>(VISITORS).fill(null);
  /** The frozen baskets of guests whose session has ended. */
  abandoned: Payment[] = [];
  /** The lines of the orders, by the basket's id. */
  readonly orders = new Map<string, Quantities>();

  ownerOf(visitor: number): Owner {
    const user = this.loggedInAs[visitor] ?? null;
    const owner = user === null ? this.guests[visitor] : this.users[user];
    if (!owner) throw new Error(`There is no visitor ${visitor}`);
    return owner;
  }

  /** All frozen baskets of the shop, in a fixed order. */
  get payments(): Payment[] {
    return [...this.guests, ...this.users].flatMap(({ payments }) => payments).concat(this.abandoned);
  }

  /** Ends the visitor's session. A guest's open basket goes with it. */
  leave(visitor: number): void {
    if (this.loggedInAs[visitor] === null) this.abandoned.push(...(this.guests[visitor]?.payments ?? []));
    this.guests[visitor] = new Owner();
    this.loggedInAs[visitor] = null;
  }

  logIn(visitor: number, user: number): void {
    const guest = this.guests[visitor];
    const owner = this.users[user];
    if (this.loggedInAs[visitor] === null && guest && owner) {
      if (guest.open) owner.merge(guest.open);
      owner.payments.push(...guest.payments);
      owner.payments.sort((one, other) => frozenOrder(one) - frozenOrder(other));
      guest.payments = [];
    }
    this.leave(visitor);
    this.loggedInAs[visitor] = user;
  }

  /** Turns a frozen basket into an order, wherever it is. */
  submit({ id, lines }: Payment): void {
    this.orders.set(id, lines);
    this.abandoned = this.abandoned.filter((payment) => payment.id !== id);
    for (const owner of [...this.guests, ...this.users]) {
      owner.payments = owner.payments.filter((payment) => payment.id !== id);
    }
  }
}

const frozen = new Map<string, number>();

/** Remembers the order of the freezes. */
export function noteFreeze(id: string): void {
  if (!frozen.has(id)) frozen.set(id, frozen.size);
}

function frozenOrder({ id }: Payment): number {
  return frozen.get(id) ?? -1;
}

/** Actions that commute with each other on one owner without a frozen basket. */
const COMMUTES = new Set<Action['what']>(['add', 'look']);
const TOUCHES_NOTHING = new Set<Action['what']>(['look', 'logout', 'expire']);

/**
 * Replaces actions that would race for one owner's baskets by looks. Adds commute, and merges by
 * sum too, as long as the owner has no frozen basket.
 */
export function withoutConflicts(round: Round, model: Model): Round {
  const taken = new Map<string, boolean>();
  let isCalledBack = false;
  return round.map((action, visitor) => {
    if (action.what === 'callback') {
      // A callback can meet any basket, so it is alone in its round.
      isCalledBack ||= visitor === 0;
      return visitor === 0 ? action : { what: 'look' };
    }
    if (isCalledBack) return { what: 'look' };
    const user = action.what === 'login' ? action.user : (model.loggedInAs[visitor] ?? null);
    const guest = model.ownerOf(visitor);
    if (TOUCHES_NOTHING.has(action.what)) return action;
    const owner = user === null ? guest : model.users[user];
    const isPaying =
      (owner?.payments.length ?? 0) > 0 || (action.what === 'login' && guest.payments.length > 0);
    const commutes = !isPaying && (COMMUTES.has(action.what) || action.what === 'login');
    const name = user === null ? `guest ${visitor}` : `user ${user}`;
    const before = taken.get(name);
    if (before === undefined) {
      taken.set(name, commutes);
      return action;
    }
    return before && commutes ? action : { what: 'look' };
  });
}
