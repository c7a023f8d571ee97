/** As long as a token is: a name for a keyring (`https://deploy@host/`) is shorter. */
const TOKEN_LENGTH = 20;

/** With what restic puts before it, as in `rest:https://…`. */
const CREDENTIALS = /^((?:[a-z0-9]+:)?https?:\/\/)([^/?#]*)@/i;

interface Credentials {
  user: string;
  password: string;
}

function credentialsOf(text: string): Credentials | undefined {
  const match = CREDENTIALS.exec(text);
  if (match === null) return undefined;
  const [user = '', ...password] = (match[2] ?? '').split(':');
  return { user, password: password.join(':') };
}

/**
 * The secrets inside an address: its password, or a token in place of its user, as written and as decoded. Empty
 * for text that is no http or https address, or one of restic's.
 */
export function urlSecrets(text: string): string[] {
  const found = credentialsOf(text);
  if (found === undefined) return [];
  const { user, password } = found;
  const secret = password === '' && user.length >= TOKEN_LENGTH ? user : password;
  return secret === '' ? [] : [...new Set([secret, decoded(secret)])];
}

/** An address with its secrets replaced by `mask`, however short they are; other text as it is. */
export function withoutUrlSecrets(text: string, mask: string): string {
  const [secret] = urlSecrets(text);
  if (secret === undefined) return text;
  return text.replace(CREDENTIALS, (_, scheme: string, userinfo: string) => {
    return `${scheme}${userinfo.slice(0, -secret.length)}${mask}@`;
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
