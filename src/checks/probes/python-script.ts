/** Python that runs in the virtual environment as `python -I -B -c`: it imports and measures, and writes nothing. */

/**
 * Each import and the generation of vectors happen in a process of their own, forked before anything was imported:
 * so each time is that of a fresh process, and what crashes or hangs ends only itself. What they print is dropped.
 */
export const LOOK_AT_ENVIRONMENT = `
import importlib, json, os, re, signal, subprocess, sys, time
ask = json.loads(sys.argv[1])
SECONDS = 20
def plain(name):
    return re.sub(r'[-_.]+', '-', name).lower()
def text_of(path):
    try:
        with open(path, encoding='utf-8') as file:
            return file.read()
    except OSError:
        return ''
def installed():
    from importlib import metadata
    found = {}
    for distribution in metadata.distributions():
        try:
            name, version = distribution.metadata['Name'], distribution.version
        except Exception:
            continue
        if name:
            found.setdefault(plain(name), version or 'unreadable')
    return found
def conflicts():
    command = [sys.executable, '-I', '-B', '-m', 'pip', '--disable-pip-version-check', 'check']
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    except subprocess.TimeoutExpired:
        return {'error': 'pip check did not end within 30 s'}
    said = [line for line in done.stdout.splitlines() if line.strip()]
    if done.returncode == 0:
        return {'lines': []}
    if done.returncode == 1 and said:
        return {'lines': said}
    return {'error': 'pip check: ' + (done.stderr.strip().splitlines() or ['exit code %d' % done.returncode])[-1]}
def alone(work):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(SECONDS)
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            try:
                answer = work()
            except BaseException as error:
                answer = {'error': type(error).__name__ + ': ' + (str(error).splitlines() or [''])[0]}
            os.write(writer, json.dumps(answer).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, 'rb') as file:
        said = file.read()
    status = os.waitpid(child, 0)[1]
    if said:
        return json.loads(said)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        return {'error': 'did not end within %d s' % SECONDS}
    return {'error': 'crashed with signal %d' % os.WTERMSIG(status) if os.WIFSIGNALED(status) else 'ended without an answer'}
def imported(module):
    def work():
        started = time.perf_counter()
        importlib.import_module(module)
        return {'ms': (time.perf_counter() - started) * 1000}
    return {'module': module, **alone(work)}
def vectors():
    import numpy
    rand = numpy.random.rand
    started = time.perf_counter()
    made = rand(ask['rows'], ask['columns']).astype(numpy.float32)
    ms = (time.perf_counter() - started) * 1000
    return {'ms': ms, 'shape': list(made.shape), 'type': str(made.dtype)}
built = re.search(r'^version *= *(\\d+\\.\\d+)', text_of(os.path.join(ask['venv'], 'pyvenv.cfg')), re.M)
print(json.dumps({
    'python': '%d.%d.%d' % sys.version_info[:3],
    'prefix': sys.prefix,
    'isolated': sys.prefix != sys.base_prefix,
    'builtWith': built.group(1) if built else '',
    'packages': installed(),
    'imports': [imported(module) for module in ask['modules']],
    'vectors': alone(vectors),
    'conflicts': conflicts(),
}))
`;

/**
 * Opens as many connections as the pool shall keep, with the settings that the database layer will read, and asks each
 * for a 1. Every connection is read-only; the password is read from the file by this process and is in no argument.
 */
export const TRY_POOL = `
import json, re, sys, time
environment, size = sys.argv[1], int(sys.argv[2])
def settings():
    found = {}
    with open(environment, encoding='utf-8') as file:
        for line in file:
            match = re.match(r'([A-Z_]+)=(.*)$', line.rstrip('\\n'))
            if match:
                value = match.group(2)
                quoted = len(value) > 1 and value[0] == value[-1] and value[0] in '\\'"'
                found[match.group(1)] = value[1:-1] if quoted else value
    return found
def first_line(error):
    origin = getattr(error, 'orig', None) or error
    lines = [line.strip() for line in str(origin).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[-1]
def answer(**fields):
    print(json.dumps(fields))
    sys.exit(0)
try:
    have = settings()
    from sqlalchemy import URL, create_engine, text
    import psycopg
except FileNotFoundError:
    answer(missing='there is no ' + environment)
except ImportError as error:
    answer(missing='cannot import: ' + str(error))
try:
    url = URL.create('postgresql+psycopg', username=have['POSTGRES_USER'], password=have['POSTGRES_PASSWORD'],
        host=have['POSTGRES_HOST'], port=int(have['POSTGRES_PORT']), database=have['POSTGRES_DB'])
    configured = int(have['POSTGRES_POOL_SIZE'])
except (KeyError, ValueError) as error:
    answer(error='unusable setting in ' + environment + ': ' + (error.args[0] if isinstance(error, KeyError) else type(error).__name__), opened=0)
engine = create_engine(url, pool_size=size, max_overflow=0, pool_timeout=5, connect_args={
    'connect_timeout': 5,
    'options': '-c default_transaction_read_only=on -c statement_timeout=5000 -c application_name=vdb-check',
})
opened, backends = [], set()
started = time.perf_counter()
try:
    for _ in range(size):
        connection = engine.connect()
        opened.append(connection)
        one, backend = connection.execute(text('SELECT 1, pg_backend_pid()')).one()
        if one == 1:
            backends.add(backend)
    ms = (time.perf_counter() - started) * 1000
    answer(opened=len(backends), ms=ms, configured=configured)
except Exception as error:
    answer(error=first_line(error), opened=len(backends))
finally:
    for connection in opened:
        connection.close()
    engine.dispose()
`;
