import ssh2 from 'ssh2';

/** A key pair in the formats that sshd and ssh read. */
export interface KeyPair {
  /** OpenSSH private key, PEM. */
  private: string;
  /** One line: type, key, comment. */
  public: string;
}

/**
 * A new ed25519 key pair. ssh2 writes about one key in 300 malformed (a leading zero byte is lost), so a
 * pair counts only once it has signed and verified something.
 */
export function generateKeys(comment: string): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    if (works(pair)) return { private: pair.private, public: pair.public.trim() };
  }
}

function works(pair: KeyPair): boolean {
  const own = ssh2.utils.parseKey(pair.private);
  const shared = ssh2.utils.parseKey(pair.public);
  if (own instanceof Error || shared instanceof Error) return false;
  const message = Buffer.from('vdb');
  return shared.verify(message, own.sign(message)) === true;
}

/** The line of known_hosts for a host on a port of its own. */
export function knownHostsLine(address: string, port: number, publicKey: string): string {
  const [type, key] = publicKey.split(' ');
  return `[${address}]:${port} ${type} ${key}\n`;
}
