import { isSku, SKU_RULE } from '../../../catalogue/sku.js';
import { isInt, MAX_INT } from '../../../http/input/max-int.js';
import { type FieldError, unknownMembers } from '../../../http/input/validation.pipe.js';
import { ATTRIBUTES_RULE, isAttributes } from '../../query/attributes.js';
import { CHANGE_MODES, MAX_CHANGES } from './change-limits.js';

type Members = Record<string, unknown>;

/** A body can have more errors than a client reads. */
const MAX_ERRORS = 100;

/**
 * Returns the errors of a body with several changes, by the path of the member: `changes[3].add`.
 *
 * class-validator knows no list whose elements have one of several forms.
 */
export function findChangesErrors(body: unknown): FieldError[] {
  const { mode, changes, ...others } = toMembers(body) ?? {};
  const errors = unknownMembers(others);
  if (!CHANGE_MODES.some((known) => known === mode)) {
    errors.push({ field: 'mode', message: `mode must be one of: ${CHANGE_MODES.join(', ')}` });
  }
  if (Array.isArray(changes) && changes.length >= 1 && changes.length <= MAX_CHANGES) {
    errors.push(...changes.flatMap((change, index) => findErrors(change, `changes[${index}]`)));
  } else {
    errors.push({ field: 'changes', message: `changes must be an array of 1 to ${MAX_CHANGES} changes` });
  }
  return errors.slice(0, MAX_ERRORS);
}

function findErrors(change: unknown, path: string): FieldError[] {
  const members = toMembers(change);
  if (!members) return [{ field: path, message: 'a change must be an object' }];
  return 'lineId' in members ? findLineErrors(members, path) : findProductErrors(members, path);
}

/** `{lineId, set}`. */
function findLineErrors({ lineId, set, ...others }: Members, path: string): FieldError[] {
  return [
    ...textError(lineId, path, 'lineId'),
    ...quantityError(set, path, 'set', 0),
    ...unknownMembers(others, `${path}.`),
  ];
}

/** `{sku, attributes?, add}` or `{sku, attributes?, set}`. */
function findProductErrors(members: Members, path: string): FieldError[] {
  const { sku, attributes, add, set, ...others } = members;
  const errors = textError(sku, path, 'sku');
  if (attributes != null && !isAttributes(attributes)) {
    errors.push({ field: `${path}.attributes`, message: `attributes ${ATTRIBUTES_RULE}` });
  }
  if (!('set' in members)) errors.push(...quantityError(add, path, 'add', 1));
  else if (!('add' in members)) errors.push(...quantityError(set, path, 'set', 0));
  else errors.push({ field: `${path}.add`, message: 'a change must have add or set, not both' });
  return [...errors, ...unknownMembers(others, `${path}.`)];
}

function textError(value: unknown, path: string, name: string): FieldError[] {
  return isSku(value) ? [] : [{ field: `${path}.${name}`, message: `${name} ${SKU_RULE}` }];
}

function quantityError(value: unknown, path: string, name: string, min: number): FieldError[] {
  if (isInt(value, min)) return [];
  return [{ field: `${path}.${name}`, message: `${name} must be an integer from ${min} to ${MAX_INT}` }];
}

function toMembers(value: unknown): Members | null {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Members) : null;
}
