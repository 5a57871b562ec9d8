/**
 * The assembled statements, by the file that assembles them. Each is committed beside that file as
 * `<name>.sql`. `npm run sql` writes these files, and `test/sql.spec.ts` compares them. The test
 * also reports a file that assembles statements and is missing here.
 */
import * as endFrozen from '../src/basket/expiry/end-frozen-on-cleanup.handler.js';
import * as guestBasket from '../src/basket/expiry/guest-basket.subscriber.js';
import { INVARIANTS } from '../src/basket/expiry/invariants.js';
import * as ownedFrozen from '../src/basket/expiry/owned-frozen-expiry.service.js';
import * as releaseExpired from '../src/basket/expiry/release-expired-on-cleanup.handler.js';
import * as sweep from '../src/basket/expiry/orphan-sweep.service.js';
import * as idempotency from '../src/basket/change/idempotency.js';
import * as freeze from '../src/basket/checkout/freeze-basket.js';
import * as reservation from '../src/basket/checkout/reservation.js';
import * as submit from '../src/basket/checkout/submit-basket.js';
import { THAW } from '../src/basket/checkout/thaw-basket.js';
import * as cancel from '../src/basket/order/cancel-order.js';
import { pageStatement } from '../src/basket/order/order.service.js';
import * as availability from '../src/basket/query/availability.js';
import * as snapshot from '../src/basket/query/basket-snapshot.js';
import { CREATE_GUEST_BASKET } from '../src/basket/query/create-guest-basket.queries.js';
import { READ_BY_SESSION } from '../src/basket/query/read-by-session.queries.js';
import * as single from '../src/basket/query/single-statement.queries.js';
import * as write from '../src/basket/query/write-basket.js';
import { WRITE_LINES } from '../src/basket/query/write-lines.js';
import { WRITE_METADATA } from '../src/basket/query/write-metadata.js';
import { INSERT_PRODUCTS, LOCK_STORED, UPDATE_PRODUCTS } from '../src/catalogue/import/write-products.js';
import { COLLECT_OPTIONS } from '../src/oscar-import/clean-options.js';
import * as cleanSkus from '../src/oscar-import/clean-skus.js';
import * as importStaged from '../src/oscar-import/import-staged.js';
import * as oscar from '../src/oscar-import/oscar.queries.js';
import { CLOSE_UNSEEN } from '../src/session/cleanup/cleanup-run.store.js';
import * as removeBatch from '../src/session/cleanup/remove-batch.js';
import * as counts from '../src/session/cleanup/session-counts.service.js';
import * as userSessions from '../src/session/limit/remove-user-sessions.js';
import * as session from '../src/session/store/session.queries.js';

/** By the name of the snapshot. */
type Statements = Record<string, string>;

export const STATEMENTS: Record<string, Statements> = {
  'src/basket/change/idempotency.ts': {
    'find-key-of-session': idempotency.findKeyStatement('session_id'),
    'find-key-of-user': idempotency.findKeyStatement('user_id'),
    'record-key-of-session': idempotency.recordKeyStatement('session_id'),
    'record-key-of-user': idempotency.recordKeyStatement('user_id'),
    'move-keys': idempotency.MOVE_KEYS,
    'delete-oldest-keys-of-user': idempotency.DELETE_OLDEST_KEYS,
  },
  'src/basket/checkout/reservation.ts': {
    'lock-products': reservation.LOCK_PRODUCTS,
    'reserve-stock': reservation.RESERVE,
    'lock-reserved-products': reservation.LOCK_RESERVED,
    'release-reservations': reservation.RELEASE,
  },
  'src/basket/checkout/freeze-basket.ts': { 'freeze-basket': freeze.FREEZE },
  'src/basket/checkout/thaw-basket.ts': { 'thaw-basket': THAW },
  'src/basket/checkout/submit-basket.ts': { 'submit-basket': submit.SUBMIT, 'take-stock': submit.TAKE_STOCK },
  'src/basket/expiry/end-frozen-on-cleanup.handler.ts': {
    'remove-frozen': endFrozen.REMOVE_FROZEN,
    'remove-keys': endFrozen.REMOVE_KEYS,
  },
  'src/basket/expiry/guest-basket.subscriber.ts': {
    'remove-baskets-of-sessions': guestBasket.BASKETS_OF_SESSIONS,
    'remove-baskets-of-batch': guestBasket.BASKETS_OF_BATCH,
  },
  'src/basket/expiry/invariants.ts': {
    invariants: INVARIANTS.map(({ id, rule, broken }) => `/* ${id}: ${rule} */ ${broken};`).join('\n'),
  },
  'src/basket/expiry/owned-frozen-expiry.service.ts': {
    'find-overdue': ownedFrozen.FIND_OVERDUE,
    'find-overdue-of-user': ownedFrozen.FIND_OVERDUE_OF_USER,
  },
  'src/basket/expiry/orphan-sweep.service.ts': {
    'count-orphans': sweep.COUNT,
    'remove-orphans': sweep.REMOVE,
  },
  'src/basket/expiry/release-expired-on-cleanup.handler.ts': {
    'lock-expired-products': releaseExpired.LOCK_EXPIRED,
    'remove-expired-reservations': releaseExpired.REMOVE_EXPIRED,
  },
  'src/basket/order/cancel-order.ts': {
    'lock-taken-products': cancel.LOCK_TAKEN,
    'find-stock-overflow': cancel.FIND_OVERFLOW,
    'return-stock': cancel.RETURN_STOCK,
    'cancel-order': cancel.CANCEL,
  },
  'src/basket/order/order.service.ts': {
    'order-page-of-user': pageStatement('owner_id'),
    'order-page-of-session': pageStatement('submitted_session_id'),
    'order-page-of-all': pageStatement(null),
  },
  'src/basket/query/availability.ts': { 'count-reservations': availability.COUNT_RESERVATIONS },
  'src/basket/query/basket-snapshot.ts': {
    'read-by-guest-basket': snapshot.READ.guest.text,
    'read-by-user': snapshot.READ.user.text,
    'read-by-ids': snapshot.READ_BY_IDS,
    'lock-guest-basket': snapshot.LOCK.guest,
    'lock-basket-of-user': snapshot.LOCK.user,
  },
  'src/basket/query/create-guest-basket.queries.ts': { 'create-guest-basket': CREATE_GUEST_BASKET.text },
  'src/basket/query/read-by-session.queries.ts': { 'read-by-session': READ_BY_SESSION.text },
  'src/basket/query/single-statement.queries.ts': {
    'change-line-by-session': single.CHANGE_LINE.session.text,
    'change-line-by-session-once': single.CHANGE_LINE_ONCE.session.text,
    'change-line-by-user': single.CHANGE_LINE.user.text,
    'change-line-by-user-once': single.CHANGE_LINE_ONCE.user.text,
    'change-line-by-variant-by-session': single.CHANGE_LINE_BY_VARIANT.session.text,
    'change-line-by-variant-by-user': single.CHANGE_LINE_BY_VARIANT.user.text,
    'remove-line-by-session': single.REMOVE_LINE.session.text,
    'remove-line-by-user': single.REMOVE_LINE.user.text,
  },
  'src/basket/query/write-basket.ts': {
    'save-line': write.SAVE_LINE,
    'remove-line': write.REMOVE_LINE,
    'merge-baskets': write.MERGE,
  },
  'src/basket/query/write-metadata.ts': { 'write-metadata': WRITE_METADATA },
  'src/basket/query/write-lines.ts': { 'write-lines': WRITE_LINES },
  'src/catalogue/import/write-products.ts': {
    'lock-stored-products': LOCK_STORED,
    'insert-products': INSERT_PRODUCTS,
    'update-products': UPDATE_PRODUCTS,
  },
  'src/oscar-import/clean-options.ts': { 'collect-options': COLLECT_OPTIONS },
  'src/oscar-import/clean-skus.ts': { 'find-unusual-skus': cleanSkus.FIND_UNUSUAL },
  'src/oscar-import/import-staged.ts': {
    'classify-lines': importStaged.CLASSIFY_LINES,
    'classify-baskets': importStaged.CLASSIFY_BASKETS,
    'import-lines': importStaged.IMPORT_LINES,
    'import-sessions': importStaged.IMPORT_SESSIONS,
  },
  'src/oscar-import/oscar.queries.ts': {
    'count-oscar-baskets': oscar.COUNT,
    'select-oscar-baskets': oscar.selectBaskets('"auth_user"', 'owned'),
    'select-oscar-lines': oscar.selectLines([1, 2]),
    'select-oscar-options': oscar.selectOptions([1, 2], true),
  },
  'src/session/cleanup/cleanup-run.store.ts': { 'close-unseen-runs': CLOSE_UNSEEN },
  'src/session/cleanup/remove-batch.ts': { 'fill-batch-table': removeBatch.FILL_BATCH_TABLE },
  'src/session/cleanup/session-counts.service.ts': {
    'count-active-sessions': counts.COUNT_ACTIVE,
    'count-expired-sessions': counts.COUNT_EXPIRED,
  },
  'src/session/limit/remove-user-sessions.ts': {
    'choose-sessions-of-user': userSessions.CHOOSE_ALL,
    'choose-excess-sessions': userSessions.CHOOSE_EXCESS,
  },
  'src/session/store/session.queries.ts': {
    'replace-session': session.REPLACE,
    'find-session': session.FIND.text,
    'find-active-session': session.FIND_ACTIVE,
    'insert-session': session.INSERT,
    'save-new-session': session.UPSERT.text,
    'save-session': session.UPDATE.text,
    'extend-session-expiry': session.EXTEND_EXPIRY.text,
  },
};
