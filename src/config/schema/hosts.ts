import { z } from 'zod';
import { identifier, port, seconds, secret } from './values.js';

/** One server, and how it is reached. */
export const hostSchema = z
  .strictObject({
    name: identifier().describe('Name of the host in commands and reports.'),
    address: z.string().min(1).describe('Name or IP address, or an alias of ~/.ssh/config.'),
    port: port().optional().describe('Port of sshd. Default: what ~/.ssh/config says, else 22.'),
    user: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Account to log in with; it needs root or sudo rights. Default: what ~/.ssh/config says, else root.',
      ),
    connection: z.enum(['ssh', 'local']).default('ssh').describe('local: this machine, without SSH.'),
    identity_file: z
      .string()
      .min(1)
      .optional()
      .describe('Private key on the machine vdb runs on; ~ is the home directory.'),
    identity_passphrase: secret().optional().describe('Passphrase of the private key.'),
    agent: z.boolean().default(true).describe('Whether the keys of the SSH agent are offered.'),
    proxy_jump: z
      .string()
      .min(1)
      .optional()
      .describe('Hosts to go through, as in ssh -J: user@host:port, separated by commas.'),
    known_hosts: z
      .string()
      .min(1)
      .optional()
      .describe(
        'File with the trusted host keys. Default: what ~/.ssh/config says, else ~/.ssh/known_hosts.',
      ),
    host_key: z
      .enum(['strict', 'accept-new'])
      .default('strict')
      .describe(
        'strict: only known host keys; accept-new: an unknown key is recorded, a changed one refused.',
      ),
    use_ssh_config: z.boolean().default(true).describe('Whether ~/.ssh/config applies.'),
    connect_timeout_seconds: seconds().default(15).describe('How long one attempt to connect may take.'),
    sudo_password: secret()
      .optional()
      .describe('Password for sudo where it asks for one; sent on standard input only.'),
  })
  .describe('One server, and how it is reached.');

export const hostsSchema = z
  .array(hostSchema)
  .min(1)
  .describe('The servers, at least one, each with a name of its own.');
