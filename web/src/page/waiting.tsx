import type { ReactNode } from 'react';

export function Waiting(): ReactNode {
  return (
    <p className="waiting" role="status">
      Loading …
    </p>
  );
}
