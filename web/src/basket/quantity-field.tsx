import { type ReactNode, useState } from 'react';

interface Props {
  name: string;
  quantity: number;
  /** The pieces that the button − removes. */
  less: number;
  /** The pieces that the button + adds. */
  more: number;
  onChange: (quantity: number) => void;
}

/** Two buttons and an input. A typed number is used when the field loses the focus or on Enter. */
export function QuantityField({ name, quantity, less, more, onChange }: Props): ReactNode {
  const [typed, setTyped] = useState<string | null>(null);
  const commit = () => {
    const wanted = Number(typed);
    if (typed !== null && /^\d{1,9}$/.test(typed) && wanted !== quantity) onChange(wanted);
    setTyped(null);
  };
  return (
    <span className="quantity" role="group" aria-label={`Quantity of ${name}`}>
      <button
        type="button"
        aria-label={`Remove ${wordFor(less)} ${name}`}
        onClick={() => onChange(Math.max(quantity - less, 0))}
      >
        −
      </button>
      <input
        inputMode="numeric"
        aria-label={`Quantity of ${name}`}
        value={typed ?? quantity}
        onChange={({ target }) => setTyped(target.value)}
        onBlur={commit}
        onKeyDown={({ key }) => {
          if (key === 'Enter') commit();
          if (key === 'Escape') setTyped(null);
        }}
      />
      <button
        type="button"
        aria-label={`Add ${wordFor(more)} ${name}`}
        onClick={() => onChange(quantity + more)}
      >
        +
      </button>
    </span>
  );
}

function wordFor(pieces: number): string {
  return pieces === 1 ? 'one' : String(pieces);
}
