import type { ReactNode } from 'react';
import { type Attributes, optionsOf } from './line-key.js';

/** Shows the options of a line under its name. */
export function LineOptions({ attributes }: { attributes: Attributes }): ReactNode {
  return optionsOf({ attributes }).map((option) => (
    <span key={option} className="line-option">
      {option}
    </span>
  ));
}
