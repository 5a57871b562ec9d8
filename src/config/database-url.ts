import pg from 'pg';

/** The modes of libpq and pg. pg accepts any other word and uses some kind of TLS. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

const URL_FORMAT = 'must look like postgres://user:password@host:5432/database';
const ENCODE = `${URL_FORMAT}; in the password, write / as %2F, ? as %3F, # as %23, @ as %40, % as %25`;
const ONE_HOST = 'must name one host: the one that always leads to the primary';

/**
 * Returns the error in a database URL, or null. The text follows the variable's name, and never
 * contains the password.
 */
export function databaseUrlProblem(text: string): string | null {
  const [, scheme] = /^([a-z][a-z\d+.-]*):\/\//i.exec(text) ?? [];
  if (scheme === undefined) return URL_FORMAT;
  if (!/^postgres(ql)?$/.test(scheme)) return `${URL_FORMAT}: it begins with ${scheme}://`;
  // A part of the password may look like parameters, so no text may contain the name of a
  // parameter.
  if (/[?#].*@/.test(text)) return ENCODE;
  const [, host = ''] = /^[^/]*\/\/(?:[^/?#]*@)?([^/?#@]*)/.exec(text) ?? [];
  if (host.includes(',')) return ONE_HOST;
  if (!URL.canParse(text) || new URL(text).hash !== '') return ENCODE;
  return (
    addressProblem(new URL(text)) ?? parametersProblem(new URL(text).searchParams) ?? clientProblem(text)
  );
}

/**
 * Checks parts that would otherwise fail only when a connection is opened.
 *
 * TypeORM decodes each part, and pg does not report a wrong one.
 */
function addressProblem({ username, password, hostname, pathname, searchParams }: URL): string | null {
  if (![username, password, pathname].every(isDecodable)) return ENCODE;
  if (hostname === '' && !searchParams.has('host')) return URL_FORMAT;
  if (pathname.indexOf('/', 1) > 0) return URL_FORMAT;
  const port = searchParams.get('port') ?? '1';
  const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
  return isPort ? null : 'must have a port from 1 to 65535';
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function parametersProblem(parameters: URLSearchParams): string | null {
  if (parameters.has('target_session_attrs')) return `can't have target_session_attrs; it ${ONE_HOST}`;
  if (/,/.test(`${parameters.get('host') ?? ''}${parameters.get('port') ?? ''}`)) return ONE_HOST;
  const mode = parameters.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode)) return `must have an sslmode of ${SSL_MODES.join(', ')}`;
  return null;
}

/**
 * Returns an error that pg itself finds, such as a missing certificate file. It does not connect.
 */
function clientProblem(text: string): string | null {
  try {
    new pg.Client({ connectionString: text });
    return null;
  } catch (error) {
    return error instanceof URIError ? ENCODE : `can't be used: ${(error as Error).message}`;
  }
}
