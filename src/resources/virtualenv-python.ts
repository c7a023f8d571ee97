/** Python that runs in an environment. Each program is an argument of `python -I -c`. */

/** Shared: what is installed, from the names of the metadata directories alone (20 times faster than reading them). */
const INSTALLED = `
import hashlib, json, os, re, sys
ask = json.loads(sys.argv[1])
def plain(name):
    return re.sub(r'[-_.]+', '-', name).lower()
def installed():
    found = {}
    for site in sys.path:
        if site.endswith('site-packages') and os.path.isdir(site):
            for entry in os.listdir(site):
                name, dash, version = entry.removesuffix('.dist-info').partition('-')
                if entry.endswith('.dist-info') and dash:
                    found.setdefault(plain(name), version)
    return found
def digest(packages):
    text = json.dumps([sorted(packages.items()), sorted(ask['imports'])])
    return hashlib.sha256(text.encode()).hexdigest()
def text_of(path):
    try:
        with open(path, encoding='utf-8') as file:
            return file.read()
    except OSError:
        return ''
packages = installed()
stamp = os.path.join(ask['path'], '.vdb-tested')
`;

/** Prints the state as JSON on one line. */
export const LOOK = `${INSTALLED}
def missing_extras(texts):
    if not texts:
        return []
    from importlib import metadata
    from pip._vendor.packaging.requirements import Requirement
    missing = []
    for text in texts:
        wanted = Requirement(text)
        try:
            requires = metadata.requires(wanted.name) or []
        except metadata.PackageNotFoundError:
            continue
        for extra in wanted.extras:
            for line in requires:
                need = Requirement(line)
                mine = need.marker and need.marker.evaluate({'extra': extra}) and not need.marker.evaluate({'extra': ''})
                if mine and plain(need.name) not in packages and text not in missing:
                    missing.append(text)
    return missing
def frozen(text):
    lines = [line.partition('==') for line in text.split() if '==' in line]
    return {plain(name): version for name, _, version in lines}
built = re.search(r'^version *= *(\\d+\\.\\d+)', text_of(os.path.join(ask['path'], 'pyvenv.cfg')), re.M)
print(json.dumps({
    'python': '%d.%d' % sys.version_info[:2],
    'builtWith': built.group(1) if built else '',
    'pip': 'pip' in packages,
    'packages': packages,
    'missingExtras': missing_extras(ask['extras']) if 'pip' in packages else [],
    'frozen': os.path.isfile(ask['freezeTo'])
        and frozen(text_of(ask['freezeTo'])) == {k: v for k, v in packages.items() if k != 'pip'},
    'tested': text_of(stamp).strip() == digest(packages),
}))
`;

/** Imports each module in a process of its own, so that none can spoil the next; leaves a stamp when all could. */
export const TEST_IMPORTS = `${INSTALLED}
import importlib, traceback
failed = []
for module in ask['imports']:
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(module)
            os._exit(0)
        except BaseException:
            reason = traceback.format_exc().strip().splitlines()[-1]
            print('cannot import ' + module + ': ' + reason, file=sys.stderr, flush=True)
            os._exit(1)
    if os.waitpid(child, 0)[1] != 0:
        failed.append(module)
if failed:
    sys.exit('%d of %d packages cannot be imported: %s' % (len(failed), len(ask['imports']), ', '.join(failed)))
with open(stamp + '.new', 'w') as file:
    file.write(digest(packages) + '\\n')
os.replace(stamp + '.new', stamp)
`;

/** Asks the index of a requirements file for an answer, whatever it is; exits 69 with the reason when there is none. */
export const REACH_INDEX = `
import os, ssl, sys, urllib.error, urllib.parse, urllib.request
url = 'https://pypi.org/simple/'
for line in open(sys.argv[1]):
    if line.startswith('--index-url '):
        url = line.split()[1]
parts = urllib.parse.urlsplit(url)
url = urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition('@')[2]))
try:
    context = ssl.create_default_context(cafile=os.environ.get('PIP_CERT') or None)
    urllib.request.urlopen(url, timeout=10, context=context).close()
except urllib.error.HTTPError as error:
    if error.code in (403, 407) or error.code >= 500:
        print('the package index ' + url + ' answers with HTTP ' + str(error.code), file=sys.stderr)
        sys.exit(69)
except (OSError, ValueError) as error:
    print('the package index ' + url + ' cannot be reached: ' + str(getattr(error, 'reason', error)), file=sys.stderr)
    sys.exit(69)
`;
