import { known, type Observation } from '../../../host/probe.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { type KeyPair, keyPair } from '../../outside/key-file.js';
import { type Door, type ServedTls, servedTls } from '../../outside/tls.js';
import { expect, fail, pass, whenThere, worst } from '../../verdict.js';
import { eachDoor, onlyIn, shared } from './shared.js';

interface ConfiguredTls {
  pair: Observation<KeyPair>;
  served: Observation<Door<ServedTls>[]>;
}

/** The configured key is closed, is the certificate's, and both are what the edge shows. */
export const key = defineCheck<ConfiguredTls>({
  ...shared,
  id: 'tls.key',
  severity: 'error',
  title: 'The configured key is closed and in use',
  looksAt:
    'mode of the key on this machine, whether it is that of the configured certificate, and whether each port of the edge shows it',
  why: "Who reads the key can be the server; a key or certificate that is not the edge's breaks it at the next deployment.",
  skip: onlyIn('files'),
  look: async (site) => {
    const [pair, served] = await Promise.all([keyPair(site.context.config.networking.tls), servedTls(site)]);
    return known({ pair, served });
  },
  judge: ([tls], context) =>
    whenThere(tls, 'the key was not looked at', ({ pair, served }) =>
      whenThere(pair, 'there is no key', (have) => judgePair(have, served, context)),
    ),
  remedy:
    'Close the key (chmod 0600), put the key and certificate that belong together at these paths, then provision.',
  inspect: ({ config: { networking } }) => `ls -l ${networking.tls.key}`,
});

function judgePair(pair: KeyPair, served: Observation<Door<ServedTls>[]>, { config }: CheckContext): Verdict {
  const { key: path, certificate } = config.networking.tls;
  const mode = pair.mode.toString(8).padStart(4, '0');
  const verdicts = [
    expect((pair.mode & 0o077) === 0, `${path}: ${mode}`, '0600'),
    expect(
      pair.matches,
      pair.matches ? `${path} fits` : `${path} is not the key of ${certificate}`,
      'a pair',
    ),
    eachDoor(served, ({ certificates: [leaf] }) => {
      const shown = leaf?.fingerprint;
      if (shown === pair.fingerprint) return pass('the edge shows it');
      return fail(`the edge shows another certificate than ${certificate}`, 'the configured certificate');
    }),
  ];
  return worst(verdicts, `${mode}, fits its certificate, which the edge shows`);
}
