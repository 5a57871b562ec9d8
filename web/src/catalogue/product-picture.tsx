import { type ReactNode, useState } from 'react';
import { BASE_PATH } from '../page/base-path.js';

/**
 * Shows a plain picture when a product has none or it cannot be loaded. The alt text is empty
 * because the name stands beside it.
 */
export function ProductPicture({ url }: { url: string | null }): ReactNode {
  const [failed, setFailed] = useState<string | null>(null);
  const source = url && url !== failed ? url : `${BASE_PATH}/products/plain.svg`;
  return (
    <img
      className="picture"
      src={source}
      alt=""
      width="160"
      height="120"
      loading="lazy"
      onError={() => setFailed(url)}
    />
  );
}
