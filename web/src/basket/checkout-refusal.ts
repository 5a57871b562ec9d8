import { type Problem, stockText } from '../api/problem.js';
import type { Basket } from './basket-write.js';

interface Refusal {
  sku: string;
  text: string;
}

/** Returns the reason for each product that stops a checkout. Empty for other problems. */
export function refusalsOf(problem: Problem, basket: Basket): Refusal[] {
  const nameOf = (sku: string) => basket.lines.find((line) => line.sku === sku)?.name ?? sku;
  return reasonsOf(problem).map(({ sku, text }) => ({ sku, text: `${nameOf(sku)}: ${text}` }));
}

function reasonsOf(problem: Problem): Refusal[] {
  if (problem.type === '/problems/insufficient-stock') {
    // Several lines of one product have the same figure.
    const available = new Map(problem.lines?.map((line) => [line.sku, line.available]));
    return [...available].map(([sku, pieces]) => ({ sku, text: stockText(pieces) }));
  }
  if (problem.type === '/problems/quantity-rule') {
    const text = 'This quantity is not for sale. Change it, or remove the product.';
    return problem.skus?.map((sku) => ({ sku, text })) ?? [];
  }
  if (problem.type !== '/problems/unavailable') return [];
  return problem.skus.map((sku) => ({ sku, text: 'Not for sale any more. Remove it to continue.' }));
}
