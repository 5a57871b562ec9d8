import { useEffect, useState } from 'react';

/** Tells whether a time is past, and renders again at that time. */
export function useIsPast(iso: string): boolean {
  const at = Date.parse(iso);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setTimeout(() => setNow(Date.now()), Math.max(at - Date.now(), 0));
    return () => clearTimeout(timer);
  }, [at]);
  return at <= now;
}
