/**
 * Where secrets stand in configuration files, logs and command lines. They rather take too much than too little: a
 * value that is masked in vain costs a question, one that is not costs a secret.
 */

/** The end of a name whose value is a secret: `POSTGRES_PASSWORD`, `read_only_api_key`, `clientSecret`, `db.pass`. */
const ENDING = `(?:(?<![a-z0-9])pass|(?<![a-z0-9])psk|(?<![a-z0-9])pwd|passw(?:or)?d|passphrase|secret|token|credential|requirepass|masterauth|(?:api|access|secret|private|preshared|auth|encryption|account|signing|shared|master)[_-]?key)s?`;

/**
 * Such a name from its beginning. What stands before it in a pattern must not be part of a name itself: else each
 * part of a long one (`a.a.a`) is a beginning, and the time grows with the square of the text.
 */
const NAME = String.raw`[\w.-]*?${ENDING}`;

/** Between a name and its value; the name may be quoted, also inside of a quoted text. */
const IS = String.raw`\\*["']?[ \t]*(?:=>|[:=])[ \t]*`;

/** A word as a shell or a configuration file reads it, quoted parts included. */
const WORD = String.raw`(?:'(?:[^'\n])*'|"(?:[^"\\\n]|\\.)*"|\\.|[^\s"'\\])+`;

/** What is no secret behind such a name (a switch, a small number), or is masked already. */
const NOTHING = String.raw`(?![ \t]*\[?\\*["']?\[secret\]|[ \t]*(?:true|false|null|none|yes|no|on|off|~|\d{1,5}|""|'')?[ \t]*[,;}\])]*[ \t\r]*$)`;

/** The group `secret` of the pattern is one; `keep` stands before it, `rest` behind it. A match without it is passed over. */
export interface Rule {
  name: string;
  pattern: RegExp;
}

function rule(name: string, flags: string, ...parts: string[]): Rule {
  return { name, pattern: new RegExp(parts.join(''), flags) };
}

/** In this order: a rule sees what those before it left. */
export const RULES: readonly Rule[] = [
  rule(
    'a private key',
    'g',
    String.raw`(?<secret>-----BEGIN (?<kind>[A-Z0-9 ]*PRIVATE KEY[A-Z0-9 ]*)-----[\s\S]*?(?:-----END \k<kind>-----|$(?![\s\S])))`,
  ),
  rule(
    'the end of a private key',
    'gm',
    String.raw`(?<secret>(?:^(?:[^\n]* )?[A-Za-z0-9+/=]{16,}\r?\n){1,100}[^\n]*-----END [A-Z0-9 ]*PRIVATE KEY[A-Z0-9 ]*-----)`,
  ),
  rule('a SCRAM verifier', 'g', String.raw`(?<secret>SCRAM-SHA-\d+\$[^\s'",]+)`),
  rule('an md5 verifier', 'g', String.raw`(?<secret>\bmd5[0-9a-f]{32}\b)`),
  rule('a hashed password', 'g', String.raw`(?<secret>\$(?:1|2[abxy]|5|6|7|y|argon2\w*)\$[\w./$=,+-]{16,})`),
  rule('a JSON web token', 'g', String.raw`(?<secret>\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*)`),
  rule(
    'a token that is known by its form',
    'g',
    String.raw`(?<secret>\b(?:gh[pousr]_|github_pat_|glpat-|xox[abpr]-|sk-(?!ssh-|ecdsa-)|AKIA|hvs\.)[\w-]{12,})`,
  ),
  // From the end of the scheme: a beginning at each letter would make the time grow with the square. So would looking
  // for the @ again at each address of a word that has none: such a word is passed over whole.
  rule(
    'credentials in an address',
    'gi',
    String.raw`(?<keep>[a-z0-9+.-]://[^\s:/@"']*:)(?:(?<secret>[^\s"']+)(?<rest>@)|[^\s"'@]*(?![^\s"'@]))`,
  ),
  rule('a token in an address', 'gi', String.raw`(?<keep>[a-z0-9+.-]://)(?<secret>[^\s:/@"']{8,})(?<rest>@)`),
  rule(
    'an authorization header',
    'gi',
    String.raw`(?<keep>\bauthorization${IS}["']?)(?!["' \t]*\[secret\])(?<secret>[^"'\n]+)`,
  ),
  rule('a bearer token', 'g', String.raw`(?<keep>\bBearer\s+)(?<secret>[\w.~+/=-]{8,})`),
  rule(
    'a value in JSON',
    'gi',
    String.raw`(?<keep>"${NAME}"\s*:\s*")(?!\[secret\])(?<secret>(?:[^"\\]|\\.)+)(?<rest>")`,
  ),
  // One that does not end is taken to the end of the text: to look for its end again at each name would take minutes.
  rule(
    'a list in JSON',
    'gi',
    String.raw`(?<keep>"${NAME}"\s*:\s*\[)(?!\[?secret\])(?<secret>[^\]]+)(?<rest>\]?)`,
  ),
  rule(
    'a quoted assignment',
    'gi',
    String.raw`(?<keep>(?<quote>["'])${NAME}=)(?!\[secret\])(?<secret>(?:(?!\k<quote>)[^\\\n]|\\.)+)(?<rest>\k<quote>)`,
  ),
  rule(
    'a block below its name in YAML',
    'gim',
    String.raw`(?<keep>^(?<indent>[ \t]*)(?:- )?["']?${NAME}["']?:[ \t]*(?:[|>][-+0-9]*)?[ \t\r]*\n)`,
    String.raw`(?<secret>(?:\k<indent>[ \t]+[^\n]*(?:\n|$)|[ \t\r]*\n)+)`,
  ),
  rule(
    'a line that is a name and its value',
    'gim',
    String.raw`(?<keep>^[ \t]*(?:[#;][ \t]*|- |export )*["']?${NAME}${IS})${NOTHING}(?<secret>[^\n]+)`,
  ),
  rule('an assignment within a line', 'gim', `(?<keep>${ENDING}${IS})${NOTHING}(?<secret>${WORD})`),
  rule(
    'a directive',
    'gim',
    String.raw`(?<keep>\b(?:requirepass|masterauth|sentinel auth-pass \S+)[ \t]+)${NOTHING}(?<secret>${WORD})`,
  ),
  rule('an option', 'gi', String.raw`(?<keep>(?<=\s)--?${NAME}[ \t]+)(?!\[secret\])(?<secret>${WORD})`),
  rule('a password in SQL', 'gi', String.raw`(?<keep>\bpassword\s+[eE]?)(?<secret>'(?:[^'\\]|\\.|'')*')`),
  rule(
    'a password behind its user',
    'gi',
    String.raw`(?<keep>\b(?:user|login)\s+\S+\s+(?:insecure-)?password\s+)(?!\[secret\])(?<secret>\S+)`,
  ),
  rule(
    'a rule for a user of Redis',
    'gim',
    String.raw`(?<keep>^[ \t]*user[ \t]+\S+[ \t][^\n]*?[ \t][><#!])(?<secret>\S+)`,
  ),
  rule(
    'a credential of a unit',
    'gim',
    String.raw`(?<keep>^[ \t]*SetCredential(?:Encrypted)?=[^:\n]*:)(?<secret>[^\n]+)`,
  ),
  rule(
    'an element',
    'gi',
    String.raw`(?<keep><(?<element>${NAME})>)(?!\[secret\])(?<secret>[^<]+)(?<rest></\k<element>>)`,
  ),
];
